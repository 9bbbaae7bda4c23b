import {expect} from 'vitest';
import {notInFuture} from '../../../src/engine/refresh/record-changes.ts';
import {
  EMPTY_RECORD,
  type RefreshAttempt,
  type RefreshReason,
  type RefreshRecord,
} from '../../../src/engine/refresh/refresh-record.ts';
import {
  acquire,
  closeLost,
  installToken,
  markSent,
  markTold,
  type RefreshResult,
  type RefreshRules,
  renew,
  runningAttempt,
  settle,
  untold,
} from '../../../src/engine/refresh/refresh-transitions.ts';
import {S} from '../../support/instants.ts';
import {NEW_TOKEN} from './records.ts';
import {type Move, OPERATOR} from './refresh-moves.ts';

export interface Call {
  readonly at: number;
  readonly reason: RefreshReason;
}

interface Job {
  readonly fencing: number;
  readonly reason: RefreshReason;
  readonly reuse: boolean;
  /** What it would spend: the refresh token that was current when the attempt was granted. */
  readonly spends: string;
  /** By its own clock, which runs on when the store's is put back: it sends nothing later. */
  deadline: number;
  phase: 'granted' | 'marked' | 'settled' | 'called';
  result: RefreshResult;
}

/**
 * Processes that refresh one token and die at any step, operators, a provider that rotates refresh tokens, and a store whose clock may
 * step back. Checks with each move what must never happen.
 */
export class RefreshWorld {
  readonly rules: RefreshRules;
  readonly calls: Call[] = [];
  readonly journal = new Map<number, string | undefined>();
  readonly granted: number[] = [];
  record: RefreshRecord = EMPTY_RECORD;
  /** True time, and what the store's clock is ahead of it: never more than before. */
  time = 10_000 * S;
  ahead = 5_000 * S;

  readonly #ahead: 'corrected' | 'left';
  readonly #jobs: (Job | undefined)[] = [];
  readonly #uses = new Map<string, number>();
  readonly #unanswered = new Map<number, 'sent' | 'granted'>();
  #telling: readonly RefreshAttempt[] = [];
  #tokens = 0;

  /** `ahead`: whether records of a clock that was put back since are put right now and then. */
  constructor(rules: RefreshRules, ahead: 'corrected' | 'left' = 'left') {
    this.rules = rules;
    this.#ahead = ahead;
  }

  get now(): number {
    return this.time + this.ahead;
  }

  move({who, gap, dice}: Move): void {
    this.time += gap;
    if (who === OPERATOR) this.#operate(dice);
    else this.#work(who, dice);
    expect(
      this.record.attempts.filter((one) => one.phase !== 'ended' && this.now < one.until).length,
    ).toBeLessThan(2);
  }

  /** All leases end, and the journal is told. */
  finish(): void {
    this.time += 10_000 * S;
    this.#close();
    this.#tell();
    this.#tell();
  }

  #operate(dice: number): void {
    if (dice < 30) this.#telling = untold(this.record);
    else if (dice < 50) this.#tell();
    else if (dice < 70) this.#close();
    else if (dice < 96) this.#write(installToken(this.record, this.#newToken()));
    else if (dice < 98) this.#write(installToken(this.record, undefined));
    else this.ahead -= dice * S;
  }

  #work(who: number, dice: number): void {
    const job = this.#jobs[who];
    if (job === undefined) this.#acquire(who, dice);
    else if (dice < 4) this.#jobs[who] = undefined;
    else if (dice < 12 && job.phase !== 'settled') this.#renew(job);
    else if (job.phase === 'granted') this.#mark(job, dice);
    else if (job.phase === 'marked') this.#call(job, dice);
    else if (job.phase === 'called') this.#settle(job);
    else {
      // The answer of the store may have been lost: then it is told once more.
      if (dice < 40) this.#settle(job);
      this.#jobs[who] = undefined;
    }
  }

  #acquire(who: number, dice: number): void {
    const reason = dice < 70 ? 'due' : dice < 85 ? 'forced' : 'emergency';
    if (this.#ahead === 'corrected' && dice % 2 === 0) this.#write(notInFuture(this.record, this.now));
    const toldAll = untold(this.record).length === 0;
    const answer = acquire(this.record, this.rules, {now: this.now, by: `${who}`, reason, why: ''});
    if (answer.kind !== 'granted') return;
    this.#write(answer.record);
    this.#expectClosed();
    const {fencing, reuse} = answer.attempt;
    // Those in the longest window, two whose answers were lost, and this one.
    if (toldAll) expect(this.record.attempts.length).toBeLessThanOrEqual(this.rules.budget.at(-1)!.count + 3);
    this.granted.push(fencing);
    this.#unanswered.set(fencing, 'granted');
    this.#jobs[who] = {
      fencing,
      reason,
      reuse,
      spends: this.record.token!.sealed,
      deadline: this.time + this.rules.lease,
      phase: 'granted',
      result: {kind: 'not-sent', error: 'given up'},
    };
  }

  #renew(job: Job): void {
    const renewed = renew(this.record, job.fencing, this.now, this.rules.lease);
    if (renewed === undefined) return;
    expect(runningAttempt(this.record, this.now)?.fencing).toBe(job.fencing);
    this.#write(renewed);
    job.deadline = this.time + this.rules.lease;
  }

  #mark(job: Job, dice: number): void {
    const sent = dice < 95 ? markSent(this.record, job.fencing, this.now) : undefined;
    job.phase = sent === undefined ? 'called' : 'marked';
    if (sent === undefined) return;
    expect(this.record.token?.sealed).toBe(job.spends);
    this.#write(sent);
    this.#unanswered.set(job.fencing, 'sent');
  }

  /** The provider answers 60 of 100, is lost 20, fails 15 (and spends nothing), refuses 5. */
  #call(job: Job, dice: number): void {
    job.phase = 'called';
    if (this.time > job.deadline) return;
    this.calls.push({at: this.time, reason: job.reason});
    const uses = this.#uses.get(job.spends) ?? 0;
    const most = this.rules.rotation === 'strict' ? 1 : this.rules.rotation === 'grace' ? 2 : Infinity;
    expect(uses, 'a refresh token that was spent is sent again').toBeLessThan(most);
    if (uses > 0 && this.rules.rotation === 'grace') expect(job.reuse).toBe(true);
    if (dice >= 85) {
      job.result =
        dice >= 95
          ? {kind: 'rejected', error: 'invalid_grant'}
          : {kind: 'failed', error: 'http-503', retryAt: this.now + dice * S};
      return;
    }
    this.#uses.set(job.spends, uses + 1);
    job.result =
      dice >= 65
        ? {kind: 'answer-lost', error: 'timeout', retryAt: 0}
        : {kind: 'refreshed', token: this.#newToken()};
  }

  #settle(job: Job): void {
    const before = this.record;
    const {fencing, result} = job;
    const {record, outcome} = settle(before, this.rules, {fencing, now: this.now, result});
    if (job.phase === 'settled') expect(record).toBe(before);
    job.phase = 'settled';
    this.#write(record);
    this.#unanswered.delete(fencing);
    if (outcome !== 'refreshed' || record === before) return;
    expect(before.fencing).toBe(fencing);
    expect(before.token?.sealed, 'the token that was spent was the current one').toBe(job.spends);
    expect(record.generation).toBe(before.generation + 1);
  }

  #close(): void {
    this.#write(closeLost(this.record, this.rules, this.now));
    this.#expectClosed();
  }

  #expectClosed(): void {
    for (const {fencing, until, phase, outcome} of this.record.attempts) {
      if (phase !== 'ended') {
        expect(this.now).toBeLessThan(until);
        continue;
      }
      const left = this.#unanswered.get(fencing);
      if (left !== undefined) expect(outcome).toBe(left === 'sent' ? 'answer-lost' : 'failed');
    }
    const {rotation} = this.rules;
    const lost = this.record.attempts.filter(
      ({fencing, generation, outcome}) =>
        outcome === 'answer-lost' &&
        generation === this.record.generation &&
        this.#unanswered.get(fencing) === 'sent',
    ).length;
    if (rotation !== 'none' && lost > (rotation === 'grace' ? 1 : 0))
      expect(this.record.reauthorise).toBeDefined();
  }

  /** What was read a while ago, or now, is written into the journal, then marked. */
  #tell(): void {
    const told = this.#telling.length > 0 ? this.#telling : untold(this.record);
    for (const {fencing, outcome} of told) this.journal.set(fencing, outcome);
    this.#write(markTold(this.record, told));
    if (this.#telling.length === 0) expect(untold(this.record)).toEqual([]);
    this.#telling = [];
  }

  /** As a store does: through JSON. */
  #write(record: RefreshRecord): void {
    expect(record.revision).toBeGreaterThanOrEqual(this.record.revision);
    expect(record.fencing).toBeGreaterThanOrEqual(this.record.fencing);
    expect([0, 1]).toContain(record.generation - this.record.generation);
    this.record = {...EMPTY_RECORD, ...(JSON.parse(JSON.stringify(record)) as RefreshRecord)};
  }

  #newToken(): typeof NEW_TOKEN {
    this.#tokens++;
    return {...NEW_TOKEN, sealed: `token ${this.#tokens}`, obtainedAt: this.now};
  }
}
