import {
  EMPTY_RECORD,
  type RefreshRecord,
  type TokenState,
} from '../../../src/engine/refresh/refresh-record.ts';
import {
  acquire,
  closeLost,
  installToken,
  markSent,
  type RefreshResult,
  type RefreshRules,
  settle,
} from '../../../src/engine/refresh/refresh-transitions.ts';
import {MINUTE, S} from '../../support/instants.ts';

export const RULES: RefreshRules = {
  budget: [
    {count: 1, per: 3 * MINUTE},
    {count: 10, per: 10 * MINUTE},
  ],
  rotation: 'strict',
  spends: 'refresh-token',
  lease: 30 * S,
};

export const NEW_TOKEN: Omit<TokenState, 'generation'> = {
  sealed: 'sealed',
  obtainedAt: 0,
  expiresAt: 3_600 * S,
  notBefore: 0,
  scopes: [],
  accessPrint: 'aaaaaaaa',
  refreshPrint: 'bbbbbbbb',
};

export const REFRESHED: RefreshResult = {kind: 'refreshed', token: NEW_TOKEN};
export const FAILED: RefreshResult = {kind: 'failed', error: 'http-503', retryAt: 0};
export const REJECTED: RefreshResult = {kind: 'rejected', error: 'invalid_grant'};
export const NOT_SENT: RefreshResult = {kind: 'not-sent', error: 'lease-lost'};
export const LOST: RefreshResult = {kind: 'answer-lost', error: 'timeout', retryAt: 0};

/** A record and the fencing tokens that were granted, in order: attempt 1, 2, … */
export class Trace {
  record: RefreshRecord;
  readonly rules: RefreshRules;
  readonly granted: number[] = [];

  constructor(record: RefreshRecord, rules: Partial<RefreshRules> = {}) {
    this.record = record;
    this.rules = {...RULES, ...rules};
  }

  acquire(now: number, reason: 'due' | 'forced' | 'emergency' = 'due'): string {
    const answer = acquire(this.record, this.rules, {now, by: 'a', reason, why: ''});
    switch (answer.kind) {
      case 'granted':
        this.record = answer.record;
        this.granted.push(answer.attempt.fencing);
        return answer.attempt.reuse ? 'granted, reuse' : 'granted';
      case 'busy':
        return `busy until ${answer.until / S}`;
      case 'wait':
        return `${answer.because} until ${answer.until / S}`;
      case 'reauthorise':
        return `reauthorise: ${answer.why}`;
      case 'no-token':
        return 'no-token';
    }
  }

  /** Of the n-th attempt that was granted, from 1. */
  send(now: number, n = this.granted.length): string {
    const sent = markSent(this.record, this.granted[n - 1]!, now);
    this.record = sent ?? this.record;
    return sent === undefined ? 'refused' : 'sent';
  }

  settle(now: number, result: RefreshResult, n = this.granted.length): string {
    const {record, outcome} = settle(this.record, this.rules, {
      fencing: this.granted[n - 1]!,
      now,
      result,
    });
    this.record = record;
    return outcome;
  }

  install(token: typeof NEW_TOKEN | undefined = NEW_TOKEN): void {
    this.record = installToken(this.record, token);
  }

  outcomes(): string {
    return this.record.attempts.map(({outcome, phase}) => outcome ?? phase).join(' ');
  }
}

export const READY_RECORD: RefreshRecord = installToken(EMPTY_RECORD, NEW_TOKEN);

/** An attempt that was granted at 100 s (its lease ends at 130 s) and marked as sent at 101 s. */
export const sentAttempt = (rules: Partial<RefreshRules> = {}): Trace => {
  const trace = new Trace(READY_RECORD, rules);
  trace.acquire(100 * S);
  trace.send(101 * S);
  return trace;
};

/** The same, closed by another process at 140 s. */
export const closedAttempt = (rules: Partial<RefreshRules> = {}): Trace => {
  const trace = sentAttempt(rules);
  trace.record = closeLost(trace.record, trace.rules, 140 * S);
  return trace;
};
