import type {AttributeColumns} from './attribute-columns.ts';
import {BucketSet} from './bucket-set.ts';
import {type KeyResolver, MISSING_KEY, tierCut} from './key-resolver.ts';
import {compileMatcher, type Matcher} from './matcher.ts';
import type {LimitSpec, Override} from './policy-model.ts';
import type {RequestBatch} from './request-batch.ts';
import {isEnforced} from './rollout.ts';
import {type Ask, Kind, Verdict} from './verdict.ts';

/** What a limit did with a request. */
export const Outcome = {
  /** An earlier layer denied the request. */
  notReached: 0,
  /** `when`/`unless` excluded it, or the key is exempt. */
  notApplicable: 1,
  /** An attribute of the key, or the tier, is missing. */
  skipped: 2,
  allowed: 3,
  denied: 4,
} as const;

export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** What applies to one key. Which variant a key has is settled when the key is first seen. */
type Variant =
  | {readonly kind: 'buckets'; readonly set: BucketSet}
  | {readonly kind: 'exempt'}
  | {readonly kind: 'block'}
  | {readonly kind: 'no-tier'};

/** One layer at work: its matchers, its keys, its state. */
export class Limit {
  readonly spec: LimitSpec;
  readonly resolver: KeyResolver;
  readonly #when: Matcher | undefined;
  readonly #unless: Matcher | undefined;
  readonly #variants: readonly Variant[];
  readonly #variantByKey: ReadonlyMap<string, number>;
  readonly #variantByTier: ReadonlyMap<string, number>;
  readonly #tiered: boolean;
  readonly #fallback: number;
  /** Words per key: those of the largest variant, and one for the counts. */
  readonly #stride: number;
  /** Only when a limit has more than one variant. */
  #variantOf: Uint32Array | undefined;
  readonly #decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  #known = 0;
  #state: Float64Array;
  /** The same memory: the last word of a key's row holds how often it was asked about and how often refused. */
  #counts: Uint32Array;

  /** Which keys a rollout does not enforce for yet; only while one is under way. */
  #inShadow: Uint8Array | undefined;

  /** The last answer: whether it only counts and never denies, the id of the key asked for (−1 when there is none), … */
  isShadow: boolean;
  keyId = MISSING_KEY;
  /** … what its buckets say together (a single bucket's own verdict is used in place), … */
  verdict = new Verdict();
  /** … and the capacity of the bucket with the fewest units left. */
  capacity = 0;
  readonly #blocked = new Verdict();
  #asked: BucketSet | undefined;
  /** What every request weighs here; −1 when its own cost counts. */
  readonly #fixedCost: number;

  constructor(spec: LimitSpec, resolver: KeyResolver, columns: AttributeColumns) {
    this.spec = spec;
    this.resolver = resolver;
    this.isShadow = spec.mode === 'shadow';
    this.#inShadow = spec.mode === 'enforce' && spec.rollout < 1 ? new Uint8Array(1 << 10) : undefined;
    this.#blocked.kind = Kind.never;
    this.#fixedCost = spec.cost === 'request' ? -1 : spec.cost;
    this.#when = spec.when.length > 0 ? compileMatcher(spec.when, columns) : undefined;
    this.#unless = spec.unless.length > 0 ? compileMatcher(spec.unless, columns) : undefined;
    const variants: Variant[] = [];
    const add = (variant: Variant): number => variants.push(variant) - 1;
    const {plan} = spec;
    const byTier = new Map<string, number>();
    this.#tiered = plan.kind === 'tiered';
    if (plan.kind === 'single') {
      this.#fallback = add({kind: 'buckets', set: new BucketSet(plan.buckets)});
    } else {
      for (const [tier, buckets] of plan.tiers)
        byTier.set(tier, add({kind: 'buckets', set: new BucketSet(buckets)}));
      this.#fallback =
        (plan.defaultTier === undefined ? undefined : byTier.get(plan.defaultTier)) ?? add({kind: 'no-tier'});
    }
    this.#variantByTier = byTier;
    const byKey = new Map<string, number>();
    const same = new Map<Override, number>();
    for (const [key, override] of spec.overrides) {
      const variant =
        same.get(override) ??
        add(override.kind === 'buckets' ? {kind: 'buckets', set: new BucketSet(override.buckets)} : override);
      same.set(override, variant);
      byKey.set(key, variant);
    }
    this.#variantByKey = byKey;
    this.#variants = variants;
    this.#stride = 1 + Math.max(0, ...variants.map(wordsOf));
    this.#state = new Float64Array(this.#stride << 10);
    this.#counts = new Uint32Array(this.#state.buffer);
    this.#variantOf = variants.length > 1 ? new Uint32Array(1 << 10) : undefined;
  }

  /** Whether `when` and `unless` let the limit apply. */
  applies(batch: RequestBatch, row: number): boolean {
    if (this.#unless?.matches(batch, row)) return false;
    return this.#when === undefined || this.#when.matches(batch, row);
  }

  /**
   * Asks this limit about a request and keeps the answer in the public fields. Charges nothing: `commit` does.
   * `ask.cost` is the request's own cost.
   */
  decide(batch: RequestBatch, row: number, serial: number, ask: Ask): Outcome {
    this.keyId = MISSING_KEY;
    if (!this.applies(batch, row)) return Outcome.notApplicable;
    const id = this.resolver.resolve(batch, row, serial);
    this.keyId = id;
    if (id === MISSING_KEY) return Outcome.skipped;
    if (id >= this.#known) this.#learn();
    if (this.#inShadow !== undefined) this.isShadow = this.#inShadow[id] === 1;
    const variant = this.#variants[this.#variantOf === undefined ? 0 : this.#variantOf[id]!]!;
    if (variant.kind === 'buckets') return this.#askBuckets(variant.set, id, ask);
    return this.#answerWithout(variant.kind);
  }

  #askBuckets(set: BucketSet, id: number, ask: Ask): Outcome {
    const requestCost = ask.cost;
    if (this.#fixedCost >= 0 && requestCost > 0) ask.cost = this.#fixedCost;
    this.#asked = set;
    set.decide(this.#state, id * this.#stride, ask);
    this.verdict = set.verdict;
    this.capacity = set.capacity;
    ask.cost = requestCost;
    return this.verdict.kind === Kind.allow ? Outcome.allowed : Outcome.denied;
  }

  #answerWithout(kind: 'exempt' | 'block' | 'no-tier'): Outcome {
    this.#asked = undefined;
    if (kind === 'exempt') return Outcome.notApplicable;
    if (kind === 'no-tier') return Outcome.skipped;
    this.verdict = this.#blocked;
    this.capacity = 0;
    return Outcome.denied;
  }

  /** Charges what the last `decide` proposed. */
  commit(ask: Ask): void {
    if (this.#asked === undefined) return;
    const requestCost = ask.cost;
    if (this.#fixedCost >= 0 && requestCost > 0) ask.cost = this.#fixedCost;
    this.#asked.commit(this.#state, this.keyId * this.#stride, ask);
    ask.cost = requestCost;
  }

  /**
   * Counts the request of the last `decide` under its key, up to 2^32 − 1. The counts lie beside the state: with many keys,
   * memory of their own would cost more than the decision.
   */
  count(outcome: Outcome): void {
    const at = 2 * ((this.keyId + 1) * this.#stride - 1);
    const counts = this.#counts;
    if (counts[at]! < MOST_COUNTED) counts[at] = counts[at]! + 1;
    if (outcome === Outcome.denied && counts[at + 1]! < MOST_COUNTED) counts[at + 1] = counts[at + 1]! + 1;
  }

  /** Requests counted of a key. */
  requestsOf(id: number): number {
    return id < this.#known ? this.#counts[2 * ((id + 1) * this.#stride - 1)]! : 0;
  }

  /** Refusals counted of a key. */
  refusalsOf(id: number): number {
    return id < this.#known ? this.#counts[2 * ((id + 1) * this.#stride - 1) + 1]! : 0;
  }

  /** Makes room for keys first seen, by this limit or by another that shares the resolver, and settles their variants. */
  #learn(): void {
    const size = this.resolver.keys.size;
    if (size * this.#stride > this.#state.length) {
      const state = new Float64Array(Math.max(2 * this.#state.length, size * this.#stride));
      state.set(this.#state);
      this.#state = state;
      this.#counts = new Uint32Array(state.buffer);
    }
    if (this.#variantOf !== undefined) {
      if (size > this.#variantOf.length) {
        const variants = new Uint32Array(Math.max(2 * this.#variantOf.length, size));
        variants.set(this.#variantOf);
        this.#variantOf = variants;
      }
      for (let id = this.#known; id < size; id++)
        this.#variantOf[id] = this.#variantFor(this.resolver.keys.bytesOf(id));
    }
    if (this.#inShadow !== undefined) {
      if (size > this.#inShadow.length) {
        const inShadow = new Uint8Array(Math.max(2 * this.#inShadow.length, size));
        inShadow.set(this.#inShadow);
        this.#inShadow = inShadow;
      }
      for (let id = this.#known; id < size; id++)
        this.#inShadow[id] = isEnforced(this.spec, this.#keyOf(this.resolver.keys.bytesOf(id))) ? 0 : 1;
    }
    this.#known = size;
  }

  /** A key without the tier that may follow it. */
  #keyOf(bytes: Uint8Array): Uint8Array {
    return this.#tiered ? bytes.subarray(0, tierCut(bytes)) : bytes;
  }

  #variantFor(bytes: Uint8Array): number {
    const key = this.#keyOf(bytes);
    const override = this.#variantByKey.size > 0 ? this.#find(this.#variantByKey, key) : undefined;
    if (override !== undefined) return override;
    const tier = this.#tiered ? this.#find(this.#variantByTier, bytes.subarray(key.length + 1)) : undefined;
    return tier ?? this.#fallback;
  }

  /** Only exactly these bytes find a name: what is no UTF-8, or begins with a byte order mark, passes for nothing else. */
  #find(variants: ReadonlyMap<string, number>, name: Uint8Array): number | undefined {
    try {
      return variants.get(this.#decoder.decode(name));
    } catch {
      return undefined;
    }
  }
}

const MOST_COUNTED = 0xffffffff;

const wordsOf = (variant: Variant): number => (variant.kind === 'buckets' ? variant.set.words : 0);
