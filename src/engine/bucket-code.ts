/**
 * A bucket as the engine's twins take it: the scripts that decide inside Redis (Lua) and Postgres (SQL). Both read the same
 * seven numbers per bucket, `[kind, p1 … p6]`, unused ones 0, and return the same decisions as `algorithms/`.
 *
 * | kind | bucket | p1 … p6 |
 * |---|---|---|
 * | 1 | token bucket | count, period (lowest terms), burst, initial, step, horizon |
 * | 2 | token bucket, burst penalty | count, per, burst, initial |
 * | 3 | token bucket, smoothed | count, per, burst, initial |
 * | 4 | GCRA | count, period (lowest terms), burst, tolerance |
 * | 5 | fixed window, epoch grid | limit, length, 1 when refusals count |
 * | 6 | fixed window from the first hit | limit, length, 1 when refusals count |
 * | 7 | fixed window of a calendar | limit, 1 when refusals count, four edges of windows e0 < e1 < e2 < e3 around an instant |
 * | 8 | sliding window | limit, window |
 * | 9 | sliding log | limit, window |
 * | 10 | leaky bucket | leak rate, burst × 1000, delay-from × 1000 (Infinity: nodelay) |
 * | 11 | concurrency | max, timeout |
 */
import type {WindowGrid} from './algorithms/fixed-window.ts';
import {gcraTolerance} from './algorithms/gcra.ts';
import {leakRate} from './algorithms/leaky-bucket.ts';
import {refillHorizon} from './algorithms/token-bucket.ts';
import {reduced} from './arithmetic/rate.ts';
import {calendarGrid} from './calendar-grid.ts';
import type {AlgorithmSpec} from './policy-model.ts';

/** Numbers per bucket. */
export const CODE_NUMBERS = 7;

export const BucketKind = {
  tokenBucket: 1,
  burstPenalty: 2,
  smoothed: 3,
  gcra: 4,
  fixedWindow: 5,
  firstHitWindow: 6,
  calendarWindow: 7,
  slidingWindow: 8,
  slidingLog: 9,
  leakyBucket: 10,
  concurrency: 11,
} as const;

export type BucketKind = (typeof BucketKind)[keyof typeof BucketKind];

/** By kind − 1; stored with every row, so never reused for another meaning. `b` is a row of behaviour (behaviour/behaviour-state.ts). */
const LETTERS = 'tpsgfhcwlnk';

export class BucketCode {
  readonly kind: BucketKind;
  /** The kind as a letter: how many words a row has, and how they are read. */
  readonly letter: string;
  /**
   * What the words count: the letter, and of windows which ones they are (`t`, `f1m`, `cmonth.Europe/Paris`). Counts of a minute
   * mean nothing to a window of an hour; those of one bucket that another rate or burst goes on with stay right.
   */
  readonly shape: string;
  readonly #fixed: readonly number[];
  readonly #grid: WindowGrid | undefined;

  constructor(spec: AlgorithmSpec) {
    const [kind, ...numbers] = codeOf(spec);
    this.kind = kind;
    this.letter = LETTERS[kind - 1]!;
    this.shape = `${this.letter}${windowText(spec)}`;
    this.#fixed = [kind, ...numbers, 0, 0, 0, 0, 0].slice(0, CODE_NUMBERS);
    this.#grid =
      spec.kind === 'fixed-window' && spec.window.align === 'calendar'
        ? calendarGrid(spec.window.unit, spec.window.timeZone)
        : undefined;
  }

  /** Whether the numbers depend on when they are asked for: the edges of calendar windows. */
  get hasEdges(): boolean {
    return this.#grid !== undefined;
  }

  /**
   * `[kind, p1 … p6]`. For a calendar window the edges are those around `instant` (µs): the window of that instant, the one
   * before it and the one behind it. A twin whose clock is outside of them has to ask again with its own instant.
   */
  numbers(instant: number): readonly number[] {
    const grid = this.#grid;
    if (grid === undefined) return this.#fixed;
    const start = grid.startOf(instant, Number.NEGATIVE_INFINITY);
    const end = grid.endOf(start);
    const before = grid.startOf(start - 1, Number.NEGATIVE_INFINITY);
    return [...this.#fixed.slice(0, 3), before, start, end, grid.endOf(end)];
  }
}

/** Letters of a row's buckets, by its shape (`BucketSet.shape`). */
export const lettersOf = (shape: string): string =>
  shape
    .split(',')
    .map((bucket) => bucket.charAt(0))
    .join('');

const UNITS = [
  [86_400_000_000, 'd'],
  [3_600_000_000, 'h'],
  [60_000_000, 'm'],
  [1_000_000, 's'],
  [1_000, 'ms'],
] as const;

/** Exact, in one unit: `1h`, `90m`, `1500us`. */
export const lengthText = (us: number): string => {
  const [size, unit] = UNITS.find(([size]) => us % size === 0) ?? [1, 'us'];
  return `${us / size}${unit}`;
};

const windowText = (spec: AlgorithmSpec): string => {
  switch (spec.kind) {
    case 'fixed-window':
      return spec.window.align === 'calendar'
        ? `${spec.window.unit}.${spec.window.timeZone}`
        : lengthText(spec.window.length);
    case 'sliding-window':
    case 'sliding-log':
      return lengthText(spec.window);
    default:
      return '';
  }
};

const codeOf = (spec: AlgorithmSpec): [BucketKind, ...number[]] => {
  switch (spec.kind) {
    case 'token-bucket':
      return tokenBucketCode(spec);
    case 'gcra': {
      const {count, period} = reduced(spec.count, spec.per);
      return [BucketKind.gcra, count, period, spec.burst, gcraTolerance(spec)];
    }
    case 'fixed-window': {
      const counted = spec.countDenied ? 1 : 0;
      if (spec.window.align === 'calendar') return [BucketKind.calendarWindow, spec.limit, counted];
      const kind = spec.window.align === 'epoch' ? BucketKind.fixedWindow : BucketKind.firstHitWindow;
      return [kind, spec.limit, spec.window.length, counted];
    }
    case 'sliding-window':
      return [BucketKind.slidingWindow, spec.limit, spec.window];
    case 'sliding-log':
      return [BucketKind.slidingLog, spec.limit, spec.window];
    case 'leaky-bucket':
      return [
        BucketKind.leakyBucket,
        leakRate(spec.count, spec.per),
        spec.burst * 1_000,
        spec.delayFrom * 1_000,
      ];
    case 'concurrency':
      return [BucketKind.concurrency, spec.max, spec.timeout];
  }
};

const tokenBucketCode = (spec: Extract<AlgorithmSpec, {kind: 'token-bucket'}>): [BucketKind, ...number[]] => {
  const {count, per, burst, initial, refill} = spec;
  if (refill.kind === 'burst-penalty') return [BucketKind.burstPenalty, count, per, burst, initial];
  if (refill.kind === 'smoothed') return [BucketKind.smoothed, count, per, burst, initial];
  const rate = reduced(count, per);
  const step = refill.kind === 'stepped' ? refill.every : 1;
  return [BucketKind.tokenBucket, rate.count, rate.period, burst, initial, step, refillHorizon(rate)];
};
