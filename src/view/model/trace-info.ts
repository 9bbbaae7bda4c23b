/** What `trace info` understood of one trace: `data.files[]` in the JSON answer. */
export interface TraceInfo {
  readonly file: string;
  /** Word for `--format`; `none` for an empty file. */
  readonly format: string;
  readonly title: string;
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly lines: number;
  readonly requests: number;
  readonly notRequests: number;
  readonly blank: number;
  readonly skipped: number;
  readonly problems: readonly {readonly line: number; readonly column: number; readonly reason: string}[];
  /** RFC 3339, UTC; null without requests. */
  readonly start: string | null;
  readonly end: string | null;
  readonly spanMs: number;
  /** The coarsest unit that all time stamps are multiples of: 1000 for whole seconds; sub-millisecond ones give 0.001. */
  readonly resolutionMs: number;
  /** Requests whose time is before that of one already seen. */
  readonly outOfOrder: number;
  /** The furthest one lies before the latest time already seen. */
  readonly largestStepBackMs: number;
  /** Requests with the same time stamp as the latest before them. */
  readonly sharedInstants: number;
  /** Distinct values of `key`. */
  readonly keys: number;
  readonly top: readonly {readonly key: string; readonly requests: number}[];
  /** Most requests in one second of the clock, over all keys. */
  readonly peakPerSecond: number;
  readonly cost: number;
  readonly largestCost: number;
  /** Assumptions made while reading. */
  readonly notes: readonly string[];
}
