import type {AttributeColumns} from './attribute-columns.ts';
import type {Bucket, BucketSet} from './bucket-set.ts';
import {type KeyResolver, MISSING_KEY} from './key-resolver.ts';
import type {KeyRows} from './key-rows.ts';
import {LimitVariants} from './limit-variants.ts';
import {compileMatcher, type Matcher} from './matcher.ts';
import {Outcome} from './outcome.ts';
import type {PlainLayer} from './plain-loop.ts';
import type {LimitSpec} from './policy-model.ts';
import type {RequestBatch} from './request-batch.ts';
import {isEnforced} from './rollout.ts';
import {type Ask, Kind, Verdict} from './verdict.ts';

/** One layer at work: its matchers, its keys, its state. */
export class Limit {
  readonly spec: LimitSpec;
  readonly resolver: KeyResolver;
  readonly #when: Matcher | undefined;
  readonly #unless: Matcher | undefined;
  readonly #variants: LimitVariants;
  readonly #rows: KeyRows;
  /** Of this limit's part of a key's row: the first word, and the one with the counts. */
  readonly #offset: number;
  readonly #countWord: number;
  /** Index of each key's variant; only when a limit has more than one. */
  #variantOf: Uint32Array | undefined;
  #known = 0;

  /** Which keys a rollout does not enforce for yet; only while one is under way. */
  #inShadow: Uint8Array | undefined;

  /** The last answer: whether it only counts and never denies, and the id of the key asked for (−1 when there is none). */
  isShadow: boolean;
  keyId = MISSING_KEY;
  readonly #blocked = new Verdict();
  #asked: BucketSet | undefined;
  /** What every request weighs here; −1 when its own cost counts. */
  readonly #fixedCost: number;
  /** The one bucket of all keys of a limit that applies to every request. */
  readonly #onlyBucket: Bucket | undefined;

  /** `rows` are shared by the limits that share the resolver. */
  constructor(spec: LimitSpec, resolver: KeyResolver, rows: KeyRows, columns: AttributeColumns) {
    this.spec = spec;
    this.resolver = resolver;
    this.isShadow = spec.mode === 'shadow';
    this.#inShadow = spec.mode === 'enforce' && spec.rollout < 1 ? new Uint8Array(1 << 10) : undefined;
    this.#blocked.kind = Kind.never;
    this.#fixedCost = spec.cost === 'request' ? -1 : spec.cost;
    this.#when = spec.when.length > 0 ? compileMatcher(spec.when, columns) : undefined;
    this.#unless = spec.unless.length > 0 ? compileMatcher(spec.unless, columns) : undefined;
    this.#variants = new LimitVariants(spec);
    this.#rows = rows;
    this.#offset = rows.claim(this.#variants.words + 1);
    this.#countWord = this.#offset + this.#variants.words;
    const variants = this.#variants.all;
    this.#variantOf = variants.length > 1 ? new Uint32Array(1 << 10) : undefined;
    const isConditional = this.#when !== undefined || this.#unless !== undefined;
    if (!isConditional) resolver.everyRequest = true;
    const only = variants.length === 1 && variants[0]!.kind === 'buckets' ? variants[0]!.set.buckets : [];
    const isPlain = !isConditional && this.#inShadow === undefined && only.length === 1;
    this.#onlyBucket = isPlain ? only[0] : undefined;
  }

  /** What the buckets of the key asked for said together, … */
  get verdict(): Verdict {
    return this.#asked?.verdict ?? this.#blocked;
  }

  /** … and the capacity of the one with the fewest units left; 0 when the key is blocked. */
  get capacity(): number {
    return this.#asked?.capacity ?? 0;
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
    const variant = this.#variants.all[this.#variantOf === undefined ? 0 : this.#variantOf[id]!]!;
    if (variant.kind === 'buckets') return this.#askBuckets(variant.set, id, ask);
    return this.#answerWithout(variant.kind);
  }

  #askBuckets(set: BucketSet, id: number, ask: Ask): Outcome {
    const requestCost = ask.cost;
    if (this.#fixedCost >= 0 && requestCost > 0) ask.cost = this.#fixedCost;
    const {state, stride} = this.#rows;
    set.decide(state, id * stride + this.#offset, ask);
    // Writing a reference costs more than looking at it, and most limits have one set only.
    if (this.#asked !== set) this.#asked = set;
    ask.cost = requestCost;
    return set.verdict.kind === Kind.allow ? Outcome.allowed : Outcome.denied;
  }

  #answerWithout(kind: 'exempt' | 'block' | 'no-tier'): Outcome {
    this.#asked = undefined;
    if (kind === 'exempt') return Outcome.notApplicable;
    return kind === 'no-tier' ? Outcome.skipped : Outcome.denied;
  }

  /** Charges what the last `decide` proposed. */
  commit(ask: Ask): void {
    if (this.#asked === undefined) return;
    const requestCost = ask.cost;
    if (this.#fixedCost >= 0 && requestCost > 0) ask.cost = this.#fixedCost;
    const {state, stride} = this.#rows;
    this.#asked.commit(state, this.keyId * stride + this.#offset, ask);
    ask.cost = requestCost;
  }

  /** Settles the keys first seen, at most once per slice. */
  learn(): void {
    if (this.resolver.keys.size > this.#known) this.#learn();
  }

  /** The limit as a plain layer, when it is one. */
  get plain(): PlainLayer | undefined {
    const bucket = this.#onlyBucket;
    if (bucket === undefined) return undefined;
    return {
      algorithm: bucket.algorithm,
      verdict: bucket.verdict,
      ids: this.resolver.ids,
      rows: this.#rows,
      offset: this.#offset,
      fixedCost: this.#fixedCost,
      isShadow: this.isShadow,
    };
  }

  /** Counts the requests of a slice under their keys, by their outcomes at `from … from + count − 1`. */
  countSlice(outcomes: Uint8Array, from: number, count: number): void {
    this.#rows.count(this.#countWord, this.resolver.ids, outcomes, from, count);
  }

  /** Requests counted of a key, up to 2^32 − 1. */
  requestsOf(id: number): number {
    return this.#rows.requestsOf(id, this.#countWord);
  }

  /** Refusals counted of a key, up to 2^32 − 1. */
  refusalsOf(id: number): number {
    return this.#rows.refusalsOf(id, this.#countWord);
  }

  /** Makes room for keys first seen, by this limit or by another that shares the resolver, and settles their variants. */
  #learn(): void {
    const {keys} = this.resolver;
    const {size} = keys;
    this.#rows.reserve(size);
    if (this.#variantOf !== undefined) {
      this.#variantOf = longEnough(this.#variantOf, size);
      for (let id = this.#known; id < size; id++) this.#variantOf[id] = this.#variants.of(keys.bytesOf(id));
    }
    if (this.#inShadow !== undefined) {
      this.#inShadow = longEnough(this.#inShadow, size);
      for (let id = this.#known; id < size; id++)
        this.#inShadow[id] = isEnforced(this.spec, this.#variants.keyOf(keys.bytesOf(id))) ? 0 : 1;
    }
    this.#known = size;
  }
}

const longEnough = <T extends Uint8Array | Uint32Array>(values: T, size: number): T => {
  if (size <= values.length) return values;
  const longer = new (values.constructor as new (length: number) => T)(Math.max(2 * values.length, size));
  longer.set(values);
  return longer;
};
