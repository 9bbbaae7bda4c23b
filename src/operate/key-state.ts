/**
 * How a key stands now: its stored words are put into an empty row, and the engine is asked what it would say to a peek and to the
 * next request. There is no second arithmetic.
 */
import type {BucketSet} from '../engine/bucket-set.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';
import {Ask, Kind, type Verdict} from '../engine/verdict.ts';
import type {StoredRow} from '../store/port.ts';
import type {KeyRule} from './key-rules.ts';

export type KeyCondition =
  | 'ok'
  /** `isNearLimit`, and the next request passes. */
  | 'near'
  /** The next request is refused. */
  | 'limited'
  /** It would be refused, but the limit only counts: shadow mode, or outside of the rollout's share. */
  | 'shadow-limited'
  /** Refused by an override. */
  | 'blocked'
  | 'exempt'
  /** No policy, or one that has no such limit or tier. */
  | 'unknown';

/** Units, whole; spans in µs from the store's now. */
export interface UnitState {
  readonly used: number;
  readonly capacity: number;
  readonly remaining: number;
  /** used ÷ capacity, 0 … 1. */
  readonly share: number;
  /** Until the next request passes if nothing else arrives; 0: at once; Infinity: never. */
  readonly retryAfter: number;
  /** Until the key is as if never used. */
  readonly resetAfter: number;
}

export interface BucketState extends UnitState {
  readonly spec: AlgorithmSpec;
}

/** How a key stands as a whole: what it is counted and sorted by. */
export interface KeyStanding {
  readonly condition: KeyCondition;
  /** Whether the stored row is one of these buckets: `other` is of an earlier policy, and counts as never seen. */
  readonly row: 'none' | 'read' | 'other';
  /** Of the bucket with the fewest units left; undefined without buckets. */
  readonly units: UnitState | undefined;
  /** Until the next request passes, overrides included; Infinity: never. */
  readonly retryAfter: number;
}

export interface KeyState extends KeyStanding {
  readonly buckets: readonly BucketState[];
}

interface Moment {
  /** The store's, µs. */
  readonly now: number;
  /** What the next request weighs. @default 1 */
  readonly cost?: number;
}

/** What the next request weighs: `cost`, unless the limit charges the same for all. */
export const costOf = ({spec}: KeyRule, cost: number): number => (spec.cost === 'request' ? cost : spec.cost);

/** Reads states of keys, one after the other, in one row that it uses again and again. */
export class KeyStateReader {
  readonly #ask = new Ask();
  #row = new Float64Array(16);

  read(rule: KeyRule | undefined, row: StoredRow | undefined, moment: Moment): KeyState {
    const standing = this.stand(rule, row, moment);
    const buckets = standing.units === undefined ? undefined : rule?.buckets;
    return {...standing, buckets: buckets === undefined ? [] : this.#each(rule!, buckets, row, moment)};
  }

  /** As `read`, without a word about each bucket. */
  stand(rule: KeyRule | undefined, row: StoredRow | undefined, {now, cost = 1}: Moment): KeyStanding {
    const buckets = rule?.buckets;
    if (rule === undefined || buckets === undefined || buckets.buckets.length === 0)
      return withoutBuckets(rule, row, now);
    const loaded = this.#load(buckets, row);
    this.#decide(buckets, now, 0);
    const peeked = answer(buckets.verdict, buckets.capacity);
    this.#decide(buckets, now, costOf(rule, cost));
    const units = unitsOf(peeked, buckets.verdict);
    buckets.clear(this.#row, 0);
    const {condition, retryAfter} = judge(rule, units, now);
    return {condition, row: loaded, units, retryAfter};
  }

  #each(
    rule: KeyRule,
    set: BucketSet,
    row: StoredRow | undefined,
    {now, cost = 1}: Moment,
  ): readonly BucketState[] {
    this.#load(set, row);
    this.#decide(set, now, 0);
    const peeked = set.buckets.map(({verdict, algorithm}) => answer(verdict, algorithm.capacity));
    this.#decide(set, now, costOf(rule, cost));
    const states = set.buckets.map(({spec, verdict}, b) => ({spec, ...unitsOf(peeked[b]!, verdict)}));
    set.clear(this.#row, 0);
    return states;
  }

  #load(buckets: BucketSet, row: StoredRow | undefined): KeyState['row'] {
    if (this.#row.length < buckets.words) this.#row = new Float64Array(buckets.words);
    if (row === undefined) return 'none';
    if (row.address.shape !== buckets.shape || row.words.some(Number.isNaN)) return 'other';
    try {
      buckets.load(this.#row, 0, row.words);
      return 'read';
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      buckets.clear(this.#row, 0);
      return 'other';
    }
  }

  #decide(buckets: BucketSet, now: number, cost: number): void {
    const ask = this.#ask;
    ask.now = now;
    ask.cost = cost;
    buckets.decide(this.#row, 0, ask);
  }
}

/** What a verdict said: the next question overwrites it. */
interface Answer {
  readonly remaining: number;
  readonly resetAfter: number;
  readonly capacity: number;
}

const answer = ({remaining, resetAfter}: Verdict, capacity: number): Answer => ({
  remaining,
  resetAfter,
  capacity,
});

const unitsOf = (peeked: Answer, next: Pick<Verdict, 'kind' | 'retryAfter'>): UnitState => {
  const {capacity, remaining, resetAfter} = peeked;
  const used = Math.max(0, capacity - remaining);
  return {
    used,
    capacity,
    remaining,
    share: capacity > 0 ? used / capacity : 0,
    retryAfter:
      next.kind === Kind.allow
        ? 0
        : next.kind === Kind.never
          ? Number.POSITIVE_INFINITY
          : Math.max(1, next.retryAfter),
    resetAfter,
  };
};

type Judged = Pick<KeyState, 'condition' | 'retryAfter'>;

const judge = (rule: KeyRule, units: UnitState | undefined, now: number): Judged => {
  const {override, enforced} = rule;
  if (override?.effect === 'exempt') return {condition: 'exempt', retryAfter: 0};
  if (override?.effect === 'block')
    return {condition: enforced ? 'blocked' : 'shadow-limited', retryAfter: override.until - now};
  if (units === undefined) return {condition: 'unknown', retryAfter: 0};
  const {retryAfter, remaining, capacity} = units;
  if (retryAfter > 0) return {condition: enforced ? 'limited' : 'shadow-limited', retryAfter};
  return {condition: isNearLimit(remaining, capacity) ? 'near' : 'ok', retryAfter};
};

const withoutBuckets = (rule: KeyRule | undefined, row: StoredRow | undefined, now: number): KeyStanding => ({
  row: row === undefined ? 'none' : 'other',
  units: undefined,
  ...(rule === undefined ? {condition: 'unknown', retryAfter: 0} : judge(rule, undefined, now)),
});
