import {callListener} from '../../base/call-listener.ts';
import {estimatedWait, type PoolState} from '../../engine/pool/pool.ts';
import type {Place} from '../../engine/pool/pool-estimate.ts';
import type {StoreError} from '../../store/store-error.ts';
import {ChangeTeller} from './change-teller.ts';
import type {ConcurrencyEvents, ConcurrencyEventWork} from './concurrency-events.ts';
import {ConcurrencyLimitError} from './concurrency-limit-error.ts';
import {type ConcurrencyCounts, zeroCounts} from './concurrency-metrics.ts';
import type {HeldSlot} from './held-slot.ts';
import type {Slot} from './slot.ts';
import type {WaitEnd} from './waiting-call.ts';

/** Who asks. */
export interface Work {
  readonly key: string;
  readonly rank: number;
}

/** What to wait where nothing was measured yet, ms. */
export const TRY_AGAIN_MS = 1_000;

/** What somebody waits who comes now, ms: an estimate. */
export const retryAfterMs = (state: PoolState | undefined, max: number): number =>
  state === undefined || state.meanHold === 0
    ? TRY_AGAIN_MS
    : Math.ceil(estimatedWait(state, state.waiting.length + 1, max) / 1_000);

/** Counts what happens in a pool, tells those who listen, and makes the errors. */
export class PoolReporter {
  readonly counts: ConcurrencyCounts = zeroCounts();
  readonly #pool: string;
  readonly #events: ConcurrencyEvents;
  readonly #changes: ChangeTeller;

  constructor(pool: string, events: ConcurrencyEvents) {
    this.#pool = pool;
    this.#events = events;
    this.#changes = new ChangeTeller(pool, events.onChange);
  }

  queued(work: Work, {position, estimatedWait}: Place): void {
    this.counts.queued++;
    const place = {position, estimatedWaitMs: Math.ceil(estimatedWait / 1_000)};
    callListener(this.#events.onQueued, [this.#told(work), place]);
  }

  granted(work: Work, slot: Slot): Slot {
    const {waitedMs, fencingToken, source} = slot;
    this.counts.granted++;
    if (source === 'local' || source === 'open') this.counts.withoutStore++;
    callListener(this.#events.onGranted, [this.#told(work), {waitedMs, fencingToken, source}]);
    return slot;
  }

  refused(
    work: Work,
    refusal: {readonly reason: 'queue-full' | 'store'; readonly retryAfterMs: number},
    cause?: StoreError,
  ): ConcurrencyLimitError {
    this.counts.refused++;
    callListener(this.#events.onRefused, [this.#told(work), refusal]);
    return new ConcurrencyLimitError({pool: this.#pool, ...refusal, cause});
  }

  /** What a call that got no slot rejects with. */
  ended(
    call: Work & {readonly waitedMs: number; readonly position: number | undefined},
    end: WaitEnd,
    retryAfterMs: number,
  ): unknown {
    if (end.kind === 'failed') return end.error;
    if (end.kind === 'refused')
      return this.refused(call, {reason: 'queue-full', retryAfterMs: end.retryAfterMs});
    const {waitedMs, position} = call;
    const isTimeout = end.kind === 'timeout';
    this.counts[isTimeout ? 'timedOut' : 'displaced']++;
    const listener = isTimeout ? this.#events.onTimedOut : this.#events.onDisplaced;
    callListener(listener, [this.#told(call), {waitedMs}]);
    return new ConcurrencyLimitError({pool: this.#pool, reason: end.kind, retryAfterMs, position});
  }

  leaseLost({key, priority, fencingToken}: HeldSlot): void {
    this.counts.leasesLost++;
    callListener(this.#events.onLeaseLost, [this.#told({key, rank: priority}), {fencingToken}]);
  }

  seen(state: PoolState, max: number): void {
    this.#changes.seen(state, max);
  }

  storeLost(error: StoreError): void {
    if (this.#events.onStoreLost !== undefined) callListener(this.#events.onStoreLost, [error]);
    else
      process.emitWarning(`${error.message}; pool "${this.#pool}" works as onStoreError says`, {
        type: 'RatectlWarning',
        code: error.code,
      });
  }

  storeBack(lostForMs: number): void {
    callListener(this.#events.onStoreBack, [lostForMs]);
  }

  close(): void {
    this.#changes.close();
  }

  #told({key, rank}: Work): ConcurrencyEventWork {
    return {pool: this.#pool, key, priority: rank};
  }
}
