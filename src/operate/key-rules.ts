import {BucketSet} from '../engine/bucket-set.ts';
import type {KeyAddress, RowAddress} from '../engine/live/check.ts';
import type {LiveOverride} from '../engine/live/live-override.ts';
import {RequestRouter} from '../engine/live/request-router.ts';
import type {AlgorithmSpec, LimitSpec, Policy} from '../engine/policy-model.ts';
import {isEnforced} from '../engine/rollout.ts';

/** An override that holds for a key. */
export interface KeyOverride {
  /** Set at run time, or written in the policy. */
  readonly from: 'live' | 'policy';
  readonly effect: 'exempt' | 'block' | 'buckets';
  /** µs of the store's clock; Infinity: until it is removed. */
  readonly until: number;
}

/** What the policy and the overrides say about a key. */
export interface KeyRule {
  readonly spec: LimitSpec;
  /** Index of the limit in the policy. */
  readonly index: number;
  /** Undefined when the limit has no such tier. */
  readonly buckets: BucketSet | undefined;
  /** Those that the policy and the overrides give it, where adaptive control leaves less of them in force; else undefined. */
  readonly base: BucketSet | undefined;
  /** What adaptive control leaves of the limit, 0 … 1; 1 where `base` is undefined. */
  readonly share: number;
  readonly override: KeyOverride | undefined;
  /** Whether the limit denies for this key; false in shadow mode and outside of the rollout's share. */
  readonly enforced: boolean;
}

/** The rules for keys, as running applications apply them. Two keys may share a `BucketSet`: it is asked for one at a time. */
export class KeyRules {
  readonly policy: Policy;
  readonly router: RequestRouter;
  /** The same rules without adaptive control; undefined where it leaves everything as it is. */
  readonly #unscaled: RequestRouter | undefined;
  readonly #shares: ReadonlyMap<string, number>;
  readonly #limits: ReadonlyMap<string, {readonly spec: LimitSpec; readonly index: number}>;
  readonly #live: ReadonlyMap<string, ReadonlyMap<string, LiveOverride>>;
  readonly #encoder = new TextEncoder();

  /** `shares`: what adaptive control leaves of limits, by name; all of those that are not named. */
  constructor(
    policy: Policy,
    overrides: readonly LiveOverride[],
    shares: ReadonlyMap<string, number> = new Map(),
  ) {
    this.policy = policy;
    this.router = routerOf(policy, overrides);
    this.#shares = shares;
    if (shares.size > 0) {
      this.#unscaled = routerOf(policy, overrides);
      this.router.setShares(shares);
    }
    this.#limits = new Map(policy.limits.map((spec, index) => [spec.name, {spec, index}]));
    const live = new Map<string, Map<string, LiveOverride>>();
    for (const override of overrides) {
      const ofLimit = live.get(override.limit) ?? new Map<string, LiveOverride>();
      live.set(override.limit, ofLimit.set(override.key, override));
    }
    this.#live = live;
  }

  /** Undefined when the policy has no such limit. `now` is the store's, µs. */
  of({limit, key, tier}: KeyAddress, now: number): KeyRule | undefined {
    const found = this.#limits.get(limit);
    if (found === undefined) return undefined;
    const {spec, index} = found;
    const share = spec.mode === 'enforce' && spec.rollout < 1;
    const buckets = this.router.bucketsOf(limit, key, tier, now);
    const unscaled = this.#unscaled?.bucketsOf(limit, key, tier, now);
    const base = isScaled(buckets, unscaled) ? unscaled : undefined;
    return {
      spec,
      index,
      buckets,
      base,
      share: base === undefined ? 1 : (this.#shares.get(limit) ?? 1),
      override: this.#overrideOf(spec, key, now),
      enforced: isEnforced(spec, share ? this.#encoder.encode(key) : NO_BYTES),
    };
  }

  /**
   * Where the state of a key is that the rules in force ask: one row per tier; one without a tier for keys of unknown tiers that an
   * override gave buckets. Empty when the policy has no such limit. `now` is the store's, µs.
   */
  placesOf(limit: string, key: string, now: number): readonly RowAddress[] {
    return this.#tiersOf(limit).flatMap((tier) => {
      const shape = this.router.bucketsOf(limit, key, tier, now)?.shape;
      return shape === undefined ? [] : [{limit, key, tier, shape}];
    });
  }

  /** Where a key may have state under this policy and its overrides: in force or not. */
  rowsOf(limit: string, key: string): readonly RowAddress[] {
    const spec = this.#limits.get(limit)?.spec;
    if (spec === undefined) return [];
    const {plan} = spec;
    const overrides = [spec.overrides.get(key), this.#live.get(limit)?.get(key)?.effect];
    const overriding = overrides.flatMap((one) => (one?.kind === 'buckets' ? [shapeOf(one.buckets)] : []));
    return this.#tiersOf(limit).flatMap((tier) => {
      const usual = plan.kind === 'single' ? plan.buckets : plan.tiers.get(tier);
      const shapes = new Set([...(usual === undefined ? [] : [shapeOf(usual)]), ...overriding]);
      return [...shapes].map((shape) => ({limit, key, tier, shape}));
    });
  }

  #tiersOf(limit: string): readonly string[] {
    const plan = this.#limits.get(limit)?.spec.plan;
    if (plan === undefined) return [];
    return plan.kind === 'single' ? [''] : [...plan.tiers.keys(), ''];
  }

  #overrideOf(spec: LimitSpec, key: string, now: number): KeyOverride | undefined {
    const live = this.#live.get(spec.name)?.get(key);
    if (live !== undefined && live.until > now)
      return {from: 'live', effect: live.effect.kind, until: live.until};
    const own = spec.overrides.get(key);
    return own && {from: 'policy', effect: own.kind, until: Number.POSITIVE_INFINITY};
  }
}

const routerOf = (policy: Policy, overrides: readonly LiveOverride[]): RequestRouter => {
  const router = new RequestRouter(policy);
  router.setOverrides(overrides);
  return router;
};

/** What is not scaled keeps the specification that it has. */
const isScaled = (buckets: BucketSet | undefined, unscaled: BucketSet | undefined): boolean =>
  buckets !== undefined &&
  unscaled !== undefined &&
  buckets.buckets.some(({spec}, i) => spec !== unscaled.buckets[i]?.spec);

const shapeOf = (specs: readonly AlgorithmSpec[]): string => new BucketSet(specs).shape;

const NO_BYTES = new Uint8Array(0);
