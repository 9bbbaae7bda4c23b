import {callListener} from '../../base/call-listener.ts';
import {estimatedWait, type PoolState} from '../../engine/pool/pool.ts';
import type {ConcurrencyChange, ConcurrencyEvents} from './concurrency-events.ts';

const EVERY_MS = 100;

/** Tells of other numbers than before, at most ten times a second; the last ones are always told. */
export class ChangeTeller {
  readonly #pool: string;
  readonly #onChange: ConcurrencyEvents['onChange'];
  #told: ConcurrencyChange | undefined;
  #latest: ConcurrencyChange | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: string, onChange: ConcurrencyEvents['onChange']) {
    this.#pool = pool;
    this.#onChange = onChange;
  }

  seen(state: PoolState, max: number): void {
    if (this.#onChange === undefined) return;
    this.#latest = {pool: this.#pool, ...countsOf(state, max)};
    const wait = this.#toldAt + EVERY_MS - performance.now();
    if (wait <= 0) this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), wait).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const latest = this.#latest!;
    if (latest.running === this.#told?.running && latest.waiting === this.#told.waiting) return;
    this.#told = latest;
    this.#toldAt = performance.now();
    callListener(this.#onChange, [latest]);
  }
}

export const countsOf = (state: PoolState, max: number): Omit<ConcurrencyChange, 'pool'> => {
  const running = state.leases.length;
  const waiting = state.waiting.length;
  const isFree = running < max && waiting === 0;
  return {
    running,
    waiting,
    estimatedWaitMs: isFree ? 0 : Math.ceil(estimatedWait(state, waiting + 1, max) / 1_000),
  };
};
