import {BucketSet} from './bucket-set.ts';
import {tierCut} from './key-resolver.ts';
import type {LimitSpec, Override} from './policy-model.ts';

/** What applies to one key. Which variant a key has is settled when the key is first seen. */
export type Variant =
  | {readonly kind: 'buckets'; readonly set: BucketSet}
  | {readonly kind: 'exempt'}
  | {readonly kind: 'block'}
  | {readonly kind: 'no-tier'};

/** The variants of a limit – its buckets, those of its tiers, its overrides – and which of them a key has. */
export class LimitVariants {
  readonly all: readonly Variant[];
  /** Words per key: those of the largest variant. */
  readonly words: number;
  readonly #byKey: ReadonlyMap<string, number>;
  readonly #byTier: ReadonlyMap<string, number>;
  readonly #tiered: boolean;
  readonly #fallback: number;
  readonly #decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

  constructor({plan, overrides}: LimitSpec) {
    const variants: Variant[] = [];
    const add = (variant: Variant): number => variants.push(variant) - 1;
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
    this.#byTier = byTier;
    const byKey = new Map<string, number>();
    const same = new Map<Override, number>();
    for (const [key, override] of overrides) {
      const variant =
        same.get(override) ??
        add(override.kind === 'buckets' ? {kind: 'buckets', set: new BucketSet(override.buckets)} : override);
      same.set(override, variant);
      byKey.set(key, variant);
    }
    this.#byKey = byKey;
    this.all = variants;
    this.words = Math.max(0, ...variants.map(wordsOf));
  }

  /** The index of the variant of an interned key. */
  of(bytes: Uint8Array): number {
    const key = this.keyOf(bytes);
    const override = this.#byKey.size > 0 ? this.#find(this.#byKey, key) : undefined;
    if (override !== undefined) return override;
    const tier = this.#tiered ? this.#find(this.#byTier, bytes.subarray(key.length + 1)) : undefined;
    return tier ?? this.#fallback;
  }

  /** A key without the tier that may follow it. */
  keyOf(bytes: Uint8Array): Uint8Array {
    return this.#tiered ? bytes.subarray(0, tierCut(bytes)) : bytes;
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

const wordsOf = (variant: Variant): number => (variant.kind === 'buckets' ? variant.set.words : 0);
