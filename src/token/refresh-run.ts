import {setTimeout as sleep} from 'node:timers/promises';
import {reinstated} from '../engine/refresh/record-changes.ts';
import type {RefreshReason, RefreshRecord, TokenState} from '../engine/refresh/refresh-record.ts';
import {markSent, type RefreshResult, settle} from '../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';
import {isStoreError} from '../store/store-error.ts';
import {beginRefresh, type GrantedRefresh, type RefreshRequest} from './begin-refresh.ts';
import type {BreakerGate} from './breaker-gate.ts';
import type {Elapsed} from './elapsed.ts';
import {HeldLease} from './held-lease.ts';
import type {ProviderAnswer, ProviderClient} from './provider/provider-client.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import {retryDelay} from './retry-delay.ts';
import {rulesOf} from './rules-of.ts';
import {sealToken} from './token-material.ts';
import type {Change, TokenRecords} from './token-records.ts';
import type {Vault} from './vault/vault.ts';

/** One provider with all that a refresh of its token needs. */
export interface RefreshParts {
  readonly spec: TokenProviderSpec;
  readonly records: TokenRecords;
  readonly client: ProviderClient;
  readonly vault: Vault;
  readonly breaker: BreakerGate;
}

/** How long the answer of a provider is kept trying to be stored, ms: it may be the only copy of the token. */
const STORE_FOR_MS = 600_000;
const STORE_AGAIN_MS = [50, 200, 1_000, 5_000];

/**
 * Refreshes a token once, if that is due and allowed. The order is what makes it safe, see engine/refresh: the attempt is on record
 * before it can begin, that it is sent before it is, and what came of it before anybody else may begin.
 * Rejects before anything is on record: with a StoreError when the store cannot be used, with what the vault throws when the refresh
 * token cannot be opened. Rejects later only when the store was away for too long to tell it the result.
 */
export const refreshOnce = async (parts: RefreshParts, request: RefreshRequest): Promise<RefreshAnswer> => {
  const openUntil = request.reason === 'emergency' ? undefined : await parts.breaker.openUntil();
  const {answer: begun, elapsed} = await parts.records.change((known) =>
    beginRefresh(known, {...parts, openUntil}, request),
  );
  if (begun.kind !== 'granted') return begun.answer;
  return new RefreshRun(parts, begun, request.reason).go(elapsed);
};

/** An attempt that was granted, until it is settled. */
class RefreshRun {
  readonly #parts: RefreshParts;
  readonly #granted: GrantedRefresh;
  readonly #reason: RefreshReason;
  /** The place of a probe that the breaker gave. */
  #probe: number | undefined;

  constructor(parts: RefreshParts, granted: GrantedRefresh, reason: RefreshReason) {
    this.#parts = parts;
    this.#granted = granted;
    this.#reason = reason;
  }

  /** `asked` runs since the lease was asked for. */
  async go(asked: Elapsed): Promise<RefreshAnswer> {
    const {spec, records, client} = this.#parts;
    const {attempt, refreshToken} = this.#granted;
    const lease = new HeldLease(records, attempt.fencing, asked, spec.lease);
    try {
      const refused = await this.#pass();
      if (refused !== undefined) return refused;
      const sentAt = await this.#markSent();
      // Between the look at the clock and the request there is nothing to wait for.
      if (sentAt === undefined || !lease.isHeld) {
        await this.#giveBack();
        return await this.#settle({kind: 'not-sent', error: 'lease-lost'}, 0);
      }
      const answer = await client.request({
        refreshToken,
        signal: lease.signal,
        isHeld: () => lease.isHeld,
      });
      return await this.#conclude(answer, sentAt);
    } finally {
      lease.end();
    }
  }

  /** Asks the breaker; an emergency does not. */
  async #pass(): Promise<RefreshAnswer | undefined> {
    if (this.#reason === 'emergency') return undefined;
    const admitted = await this.#parts.breaker.admit().catch(() => undefined);
    if (admitted?.kind === 'allowed') {
      this.#probe = admitted.probe;
      return undefined;
    }
    const answer = await this.#settle({kind: 'not-sent', error: 'breaker'}, 0);
    return admitted === undefined || !('now' in answer)
      ? answer
      : {kind: 'wait', because: 'breaker', until: admitted.until, now: answer.now};
  }

  /** Nothing will be sent: another may have the place of the probe. */
  async #giveBack(): Promise<void> {
    if (this.#probe !== undefined) await this.#parts.breaker.abandon(this.#probe).catch(() => undefined);
  }

  /** The store's clock when the record said so; undefined when it could not. */
  async #markSent(): Promise<number | undefined> {
    try {
      const {answer} = await this.#parts.records.change(({record, now}) => {
        const marked = markSent(record, this.#granted.attempt.fencing, now);
        return {record: marked, answer: marked === undefined ? undefined : now};
      });
      return answer;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return undefined;
    }
  }

  async #conclude(answer: ProviderAnswer, sentAt: number): Promise<RefreshAnswer> {
    switch (answer.kind) {
      case 'token':
        return this.#settle({kind: 'refreshed', token: this.#seal(answer, sentAt)}, sentAt);
      case 'misconfigured':
        await this.#settle({kind: 'failed', error: answer.error, retryAt: 0}, sentAt);
        return {kind: 'misconfigured', error: answer.error, detail: answer.detail ?? ''};
      case 'rejected':
        return this.#settle(answer, sentAt);
      case 'failed':
      case 'answer-lost':
        return this.#settle(
          {kind: answer.kind, error: answer.error, retryAt: 0},
          sentAt,
          answer.retryAfterMs,
        );
    }
  }

  #seal(answer: Extract<ProviderAnswer, {kind: 'token'}>, sentAt: number): Omit<TokenState, 'generation'> {
    const {spec, vault} = this.#parts;
    const {before, refreshToken: spent = ''} = this.#granted;
    // When it is stored is put in by `settled`.
    const token = {
      obtainedAt: 0,
      accessToken: answer.accessToken,
      refreshToken: answer.refreshToken ?? spent,
      expiresAt:
        answer.expiresIn === undefined ? Number.POSITIVE_INFINITY : sentAt + answer.expiresIn * 1_000_000,
      notBefore: 0,
      scopes: answer.scopes ?? before?.scopes ?? spec.scopes,
    };
    return sealToken(token, spec.name, vault);
  }

  /** Writes down what came of it, however long the store is away: until then nobody else may know. */
  async #settle(result: RefreshResult, sentAt: number, retryAfterMs = 0): Promise<RefreshAnswer> {
    const began = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const {answer} = await this.#parts.records.change(({record, now}) =>
          this.#settled(record, result, now, retryAfterMs),
        );
        if (sentAt > 0) await this.#tellBreaker(result).catch(() => undefined);
        return answer;
      } catch (error) {
        if (!isStoreError(error) || performance.now() - began > STORE_FOR_MS) throw error;
        await sleep(STORE_AGAIN_MS[Math.min(attempt, STORE_AGAIN_MS.length - 1)]);
      }
    }
  }

  #settled(
    stored: RefreshRecord,
    result: RefreshResult,
    now: number,
    retryAfterMs: number,
  ): Change<RefreshAnswer> {
    const {spec} = this.#parts;
    const {fencing} = this.#granted.attempt;
    const record = reinstated(stored, this.#granted.attempt);
    const written = record.attempts.find((one) => one.fencing === fencing);
    // Written by an earlier try whose answer from the store was lost.
    if (written?.outcome === 'refreshed') return {answer: this.#answerOf(record, result, now)};
    const timed: RefreshResult =
      result.kind === 'refreshed'
        ? {...result, token: {...result.token, obtainedAt: now}}
        : result.kind === 'failed' || result.kind === 'answer-lost'
          ? {...result, retryAt: now + retryDelay(spec.backoff, record.failures, retryAfterMs * 1_000)}
          : result;
    const settled = settle(record, rulesOf(spec), {fencing, now, result: timed});
    if (settled.outcome === 'discarded' && settled.record.token !== undefined)
      return {record: settled.record, answer: {kind: 'adopted', after: settled.record.token}};
    return {record: settled.record, answer: this.#answerOf(settled.record, timed, now)};
  }

  #answerOf(record: RefreshRecord, result: RefreshResult, now: number): RefreshAnswer {
    const {reauthorise, notBefore, token} = record;
    switch (result.kind) {
      case 'refreshed':
        return token === undefined
          ? {kind: 'no-token'}
          : {kind: 'refreshed', before: this.#granted.before, after: token};
      case 'rejected':
        return {kind: 'reauthorise', why: reauthorise?.why ?? 'rejected', error: result.error};
      case 'answer-lost':
        return reauthorise === undefined
          ? {kind: 'answer-lost', error: result.error, retryAt: notBefore, now}
          : {kind: 'reauthorise', why: reauthorise.why, error: result.error};
      case 'failed':
      case 'not-sent':
        return {kind: 'failed', error: result.error, retryAt: notBefore, now};
    }
  }

  async #tellBreaker({kind}: RefreshResult): Promise<void> {
    const {breaker} = this.#parts;
    if (this.#reason !== 'emergency')
      return breaker.report(kind === 'refreshed' ? 'success' : 'failure', this.#probe);
    // It was not asked; but now it is known that calls succeed.
    if (kind === 'refreshed') await breaker.reset('an emergency refresh');
  }
}
