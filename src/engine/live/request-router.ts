import {BucketSet} from '../bucket-set.ts';
import {percentOf, scaledSpec} from '../control/scaled-spec.ts';
import type {LimitSpec, Override, Policy} from '../policy-model.ts';
import {isEnforced} from '../rollout.ts';
import {type Attributes, type Condition, conditionOf, renderer} from './attributes.ts';
import type {Check, Layer} from './check.ts';
import type {LiveOverride} from './live-override.ts';

export type {Attributes} from './attributes.ts';

export interface RouteOptions {
  /** Units; whole, 0 or more. 0 peeks. */
  readonly cost: number;
  /** The store's clock as far as it is known here, µs: overrides with an end are looked up by it. */
  readonly now: number;
  /** See `Check.hold`. */
  readonly hold: number;
}

/** The tier that a request to a limit with tiers is treated as, by the tier it comes with. At once, and never throws. */
export type TierMover = (limit: string, key: string, tier: string) => string;

/**
 * Turns live requests into checks: which limits apply, to which keys, with which buckets. The counterpart of `Evaluator` for
 * state that lives in a store; both read the same policy and give the same decisions.
 */
export class RequestRouter {
  readonly policy: Policy;
  readonly #limits: readonly RoutedLimit[];

  constructor(policy: Policy) {
    this.policy = policy;
    this.#limits = policy.limits.map((spec, index) => new RoutedLimit(spec, index));
  }

  /** The layers that apply to a request. */
  route(attributes: Attributes, {cost, now, hold}: RouteOptions): Check {
    let layers: Layer[] | undefined;
    const limits = this.#limits;
    for (let i = 0; i < limits.length; i++) {
      const layer = limits[i]!.layerOf(attributes, cost, now);
      if (layer === undefined) continue;
      // An array that is made for one takes a fraction of the room that one would take which grows.
      if (layers === undefined) layers = [layer];
      else layers.push(layer);
    }
    return {layers: layers ?? [], charge: this.policy.charge, hold};
  }

  /** Replaces the overrides that hold at run time. Those of limits that the policy does not have are left out. */
  setOverrides(overrides: readonly LiveOverride[]): void {
    for (const limit of this.#limits)
      limit.setOverrides(overrides.filter((override) => override.limit === limit.spec.name));
  }

  /** Moves requests to other tiers before their buckets are chosen; undefined: none. A tier that the limit does not have is not taken. */
  setTierMover(mover: TierMover | undefined): void {
    for (const limit of this.#limits) limit.setTierMover(mover);
  }

  /**
   * Of which limits only a share is in force (0 < share ≤ 1, in whole percent), by name; all others are whole. A key's own override
   * is not scaled: it is an operator's word about that key, and a key that was made exempt or given more must not shrink with the rest.
   */
  setShares(shares: ReadonlyMap<string, number>): void {
    for (const limit of this.#limits) limit.setShare(shares.get(limit.spec.name) ?? 1);
  }

  /** The buckets of a key as they are in force: for reading what a store keeps. Undefined when the tier is none of the limit's. */
  bucketsOf(limit: string, key: string, tier: string, now: number): BucketSet | undefined {
    return this.#limits.find(({spec}) => spec.name === limit)?.bucketsFor(key, tier, now);
  }
}

type Effect =
  | {readonly kind: 'exempt'; readonly until: number}
  | {readonly kind: 'block'; readonly until: number}
  | {readonly kind: 'buckets'; readonly set: BucketSet; readonly until: number};

class RoutedLimit {
  readonly spec: LimitSpec;
  readonly #index: number;
  readonly #when: Condition | undefined;
  readonly #unless: Condition | undefined;
  readonly #keyOf: (attributes: Attributes) => string;
  readonly #tierOf: ((attributes: Attributes) => string) | undefined;
  readonly #base: ReadonlyMap<string, BucketSet>;
  /** By whole percent. */
  readonly #scaled = new Map<number, ReadonlyMap<string, BucketSet>>();
  #sets: ReadonlyMap<string, BucketSet>;
  /** Those of a limit without tiers. */
  #untiered: BucketSet | undefined;
  readonly #own: ReadonlyMap<string, Effect>;
  #live: ReadonlyMap<string, Effect> = new Map();
  #mover: TierMover | undefined;
  readonly #encoder = new TextEncoder();

  constructor(spec: LimitSpec, index: number) {
    this.spec = spec;
    this.#index = index;
    this.#when = spec.when.length > 0 ? conditionOf(spec.when) : undefined;
    this.#unless = spec.unless.length > 0 ? conditionOf(spec.unless) : undefined;
    this.#keyOf = renderer(spec.key);
    const {plan} = spec;
    if (plan.kind === 'single') {
      this.#base = new Map([['', new BucketSet(plan.buckets)]]);
    } else {
      const tierOf = renderer(plan.tier, 'empty');
      this.#tierOf = (attributes) => {
        const tier = tierOf(attributes);
        return plan.tiers.has(tier) ? tier : (plan.defaultTier ?? '');
      };
      this.#base = new Map([...plan.tiers].map(([tier, buckets]) => [tier, new BucketSet(buckets)]));
    }
    this.#sets = this.#base;
    this.#untiered = this.#sets.get('');
    const shared = new Map<Override, Effect>();
    const effectOf = (override: Override): Effect => {
      const effect = shared.get(override) ?? settled(override);
      shared.set(override, effect);
      return effect;
    };
    this.#own = new Map([...spec.overrides].map(([key, override]) => [key, effectOf(override)]));
  }

  layerOf(attributes: Attributes, requestCost: number, now: number): Layer | undefined {
    if (this.#unless?.(attributes) || this.#when?.(attributes) === false) return undefined;
    const key = this.#keyOf(attributes);
    if (key === '') return undefined;
    const tier = this.#tierOf === undefined ? '' : this.#moved(key, this.#tierOf(attributes));
    const effect = this.#effectOn(key, now);
    if (effect !== undefined) return this.#layerUnder(effect, key, tier, requestCost);
    const buckets = tier === '' ? this.#untiered : this.#sets.get(tier);
    return buckets && this.#layer(key, tier, buckets, 0, requestCost);
  }

  /** Under an override. */
  #layerUnder(effect: Effect, key: string, tier: string, requestCost: number): Layer | undefined {
    if (effect.kind === 'exempt') return undefined;
    const buckets = this.#setOf(key, tier, effect);
    const blockedUntil = effect.kind === 'block' ? effect.until : 0;
    if (buckets === undefined && blockedUntil === 0) return undefined;
    return this.#layer(key, tier, buckets ?? NO_BUCKETS, blockedUntil, requestCost);
  }

  #layer(key: string, tier: string, buckets: BucketSet, blockedUntil: number, requestCost: number): Layer {
    const {name, cost} = this.spec;
    return {
      limit: this.#index,
      address: {limit: name, key, tier, shape: buckets.shape},
      buckets,
      shadow: this.#isShadow(key),
      cost: cost === 'request' || requestCost === 0 ? requestCost : cost,
      blockedUntil,
    };
  }

  #isShadow(key: string): boolean {
    const {spec} = this;
    return spec.rollout < 1 ? !isEnforced(spec, this.#encoder.encode(key)) : spec.mode === 'shadow';
  }

  setOverrides(overrides: readonly LiveOverride[]): void {
    this.#live = new Map(
      overrides.map(({key, until, effect}) => [
        key,
        effect.kind === 'buckets'
          ? {kind: 'buckets', set: new BucketSet(effect.buckets), until}
          : {kind: effect.kind, until},
      ]),
    );
  }

  setTierMover(mover: TierMover | undefined): void {
    this.#mover = mover;
  }

  /** An unknown tier is nobody's to move. */
  #moved(key: string, tier: string): string {
    if (this.#mover === undefined || tier === '') return tier;
    const moved = this.#mover(this.spec.name, key, tier);
    return this.#sets.has(moved) ? moved : tier;
  }

  setShare(share: number): void {
    const percent = percentOf(share);
    if (percent >= 100) this.#sets = this.#base;
    else {
      const sets = this.#scaled.get(percent) ?? scaledSets(this.#base, percent / 100);
      this.#scaled.set(percent, sets);
      this.#sets = sets;
    }
    this.#untiered = this.#sets.get('');
  }

  bucketsFor(key: string, tier: string, now: number): BucketSet | undefined {
    return this.#setOf(key, tier, this.#effectOn(key, now));
  }

  /** Those behind a block, too: the store's clock may say that it has ended, and then the key goes on with the row it had. */
  #setOf(key: string, tier: string, effect: Effect | undefined): BucketSet | undefined {
    const behind = effect?.kind === 'block' ? this.#own.get(key) : effect;
    return behind?.kind === 'buckets' ? behind.set : this.#sets.get(tier);
  }

  #effectOn(key: string, now: number): Effect | undefined {
    const live = this.#live.size === 0 ? undefined : this.#live.get(key);
    if (live !== undefined && live.until > now) return live;
    return this.#own.size === 0 ? undefined : this.#own.get(key);
  }
}

const scaledSets = (base: ReadonlyMap<string, BucketSet>, share: number): ReadonlyMap<string, BucketSet> =>
  new Map(
    [...base].map(([tier, whole]) => [
      tier,
      new BucketSet(
        whole.buckets.map(({spec}) => scaledSpec(spec, share)),
        whole,
      ),
    ]),
  );

const NO_BUCKETS = new BucketSet([]);

const settled = (override: Override): Effect =>
  override.kind === 'buckets'
    ? {kind: 'buckets', set: new BucketSet(override.buckets), until: Number.POSITIVE_INFINITY}
    : {kind: override.kind, until: Number.POSITIVE_INFINITY};
