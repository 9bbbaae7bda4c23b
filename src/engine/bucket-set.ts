import type {Algorithm} from './algorithm.ts';
import {BucketCode} from './bucket-code.ts';
import {createAlgorithm} from './create-algorithm.ts';
import type {AlgorithmSpec} from './policy-model.ts';
import {loadWords, saveWords, storedLength} from './stored-words.ts';
import {type Ask, Kind, Verdict} from './verdict.ts';

/** One bucket at its place in the row of its key. */
export interface Bucket {
  readonly spec: AlgorithmSpec;
  readonly algorithm: Algorithm;
  /** First word within the key's row. */
  readonly offset: number;
  /** What it said last. */
  readonly verdict: Verdict;
  /** Its form for the engine's twins in Lua and SQL. */
  readonly code: BucketCode;
}

/** How long a key that may never be as if never used is remembered after it was used last: 30 days in µs. */
const REMEMBERED = 30 * 86_400_000_000;

/**
 * The buckets of a key: all must allow. State is one row of `words` doubles, one bucket's words behind the other's.
 *
 * `verdict` and `capacity` hold the last answer: that of the buckets together.
 */
export class BucketSet {
  readonly buckets: readonly Bucket[];
  /** State words per key. */
  readonly words: number;
  /** The shapes of the buckets, `f1h,t`: rows of another shape count something else, and mean nothing here. */
  readonly shape: string;
  /**
   * Microseconds for which a key is kept beyond `resetAfter`. A bucket that starts below its burst, or refills only when it
   * is asked, is not as if never used when it is full.
   */
  readonly keep: number;
  /** The buckets that these are a share of (adaptive control); undefined: they are whole. */
  readonly whole: BucketSet | undefined;
  /** What the buckets say together; a single bucket's own verdict, … */
  readonly verdict: Verdict;
  /** … and the capacity of the one with the fewest units left. */
  capacity: number;

  constructor(specs: readonly AlgorithmSpec[], whole?: BucketSet) {
    let offset = 0;
    this.whole = whole;
    this.buckets = specs.map((spec) => {
      const algorithm = createAlgorithm(spec);
      const bucket = {spec, algorithm, offset, verdict: new Verdict(), code: new BucketCode(spec)};
      offset += algorithm.words;
      return bucket;
    });
    this.words = offset;
    this.shape = this.buckets.map(({code}) => code.shape).join(',');
    this.keep = specs.some(outlivesItsReset) ? REMEMBERED : 0;
    const only = this.buckets.length === 1 ? this.buckets[0] : undefined;
    this.verdict = only?.verdict ?? new Verdict();
    this.capacity = only?.algorithm.capacity ?? 0;
  }

  /** Asks about a request of cost `ask.cost` and charges nothing: `commit` does. */
  decide(state: Float64Array, at: number, ask: Ask): void {
    const {buckets} = this;
    if (buckets.length > 1) {
      this.#combine(state, at, ask);
      return;
    }
    const {algorithm, verdict} = buckets[0]!;
    algorithm.decide(state, at, ask, verdict);
  }

  /** All must allow; when one does not, none is charged, and what is left is what they hold uncharged. */
  #combine(state: Float64Array, at: number, ask: Ask): void {
    const all = this.verdict;
    const {cost} = ask;
    all.kind = Kind.allow;
    all.writes = false;
    for (const {algorithm, offset, verdict} of this.buckets) {
      algorithm.decide(state, at + offset, ask, verdict);
      if (verdict.kind > all.kind) all.kind = verdict.kind;
    }
    all.remaining = Number.POSITIVE_INFINITY;
    all.retryAfter = 0;
    all.resetAfter = 0;
    all.delay = 0;
    for (const {algorithm, offset, verdict} of this.buckets) {
      if (all.kind !== Kind.allow && verdict.kind === Kind.allow) {
        ask.cost = 0;
        algorithm.decide(state, at + offset, ask, verdict);
        ask.cost = cost;
      }
      if (verdict.remaining < all.remaining) {
        all.remaining = verdict.remaining;
        this.capacity = algorithm.capacity;
      }
      if (verdict.retryAfter > all.retryAfter) all.retryAfter = verdict.retryAfter;
      if (verdict.resetAfter > all.resetAfter) all.resetAfter = verdict.resetAfter;
      if (verdict.delay > all.delay) all.delay = verdict.delay;
      if (verdict.writes) all.writes = true;
    }
    if (all.kind === Kind.never) all.retryAfter = 0;
  }

  /** Charges what the last `decide` proposed. On a refusal only those buckets write that refused and have something to keep. */
  commit(state: Float64Array, at: number, ask: Ask): void {
    const {buckets} = this;
    for (let b = 0; b < buckets.length; b++) {
      const {algorithm, offset, verdict} = buckets[b]!;
      if (verdict.writes) algorithm.commit(state, at + offset, ask, verdict);
    }
  }

  /** Fencing token of the last lease that `commit` granted; 0 when no bucket hands out leases. */
  get fencingToken(): number {
    for (const {spec, verdict} of this.buckets) if (spec.kind === 'concurrency') return verdict.w1;
    return 0;
  }

  /** The row as the numbers a store keeps. */
  save(state: Float64Array, at: number): number[] {
    const stored: number[] = [];
    for (const {algorithm, offset} of this.buckets) saveWords(algorithm, state, at + offset, stored);
    return stored;
  }

  /** Reads what `save` wrote into an empty row, or over an older row. Throws a RangeError when the numbers are not a row of this shape. */
  load(state: Float64Array, at: number, stored: ArrayLike<number>): void {
    let from = 0;
    for (const {algorithm, offset} of this.buckets) {
      if (from + storedLength(algorithm, stored, from) > stored.length)
        throw new RangeError('a row too short');
      loadWords(algorithm, state, at + offset, stored, from);
      from += storedLength(algorithm, stored, from);
    }
    if (from !== stored.length) throw new RangeError('a row too long');
  }

  /** Makes the row that of a key never seen. */
  clear(state: Float64Array, at: number): void {
    for (const {algorithm, offset} of this.buckets) algorithm.pairs?.free(state, at + offset);
    state.fill(0, at, at + this.words);
  }
}

const outlivesItsReset = (spec: AlgorithmSpec): boolean =>
  spec.kind === 'token-bucket' && (spec.initial < spec.burst || spec.refill.kind === 'smoothed');
