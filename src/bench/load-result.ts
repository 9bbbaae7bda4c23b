import type {HistogramParts} from '../base/latency-histogram.ts';

/** A step of time of the series. */
export interface LoadStep {
  readonly allowed: number;
  readonly denied: number;
  /** Decided without the store. */
  readonly withoutStore: number;
  /** Of answers that came in this step. */
  readonly latency: HistogramParts;
}

/** A loss of the store as a limiter had it, ms since the epoch (with decimals). */
export interface LoadOutage {
  /** The last answer of the store before. */
  readonly lastAnswerAt: number;
  /** When the limiter gave it up. */
  readonly noticedAt: number;
  /** The first answer after; undefined: none came before the end. */
  readonly firstAnswerAt: number | undefined;
}

/** Decisions in the order they came: the store's clock (µs), whether allowed. */
export interface KeptDecisions {
  readonly now: Float64Array;
  readonly allowed: Uint8Array;
}

/** What one process, or all of them, measured. Can be sent to another process. */
export interface LoadResult {
  /** Requests whose intended start was in the time measured and that were answered by the store, or by a remembered refusal. */
  readonly allowed: number;
  readonly denied: number;
  /** Of these refusals, those that were remembered and did not reach the store. */
  readonly remembered: number;
  /** Decided by `onStoreError`: not in the latencies. */
  readonly withoutStore: number;
  /** Should have started before the end and were never sent; they count in the latency with the time they had waited. */
  readonly unsent: number;
  /** Under way when the time was over, or later. */
  readonly late: number;
  /** What went wrong, and how often. */
  readonly errors: ReadonlyMap<string, number>;
  /** µs from the beginning of what was measured to the last answer. */
  readonly elapsed: number;
  /** From the intended start, or the start in a closed loop, to the answer. */
  readonly response: HistogramParts;
  /** From the real start to the answer. */
  readonly service: HistogramParts;
  /** From the intended to the real start; of requests sent while less than the most were under way. */
  readonly lateness: HistogramParts;
  readonly steps: readonly LoadStep[];
  /** Longest time in which requests were under way and the store answered none, µs. */
  readonly silence: number;
  readonly outages: readonly LoadOutage[];
  /** CPU time of the process, µs, in so much time. */
  readonly cpu: number;
  /** µs of that for which it only looked at the clock. */
  readonly idle: number;
  readonly cpuOver: number;
  readonly decisions: KeptDecisions | undefined;
}
