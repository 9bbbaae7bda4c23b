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
  readonly override: KeyOverride | undefined;
  /** Whether the limit denies for this key; false in shadow mode and outside of the rollout's share. */
  readonly enforced: boolean;
}

/** The rules for keys, as running applications apply them. Two keys may share a `BucketSet`: it is asked for one at a time. */
export class KeyRules {
  readonly policy: Policy;
  readonly router: RequestRouter;
  readonly #limits: ReadonlyMap<string, {readonly spec: LimitSpec; readonly index: number}>;
  readonly #live: ReadonlyMap<string, ReadonlyMap<string, LiveOverride>>;
  readonly #encoder = new TextEncoder();

  constructor(policy: Policy, overrides: readonly LiveOverride[]) {
    this.policy = policy;
    this.router = new RequestRouter(policy);
    this.router.setOverrides(overrides);
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
    return {
      spec,
      index,
      buckets: this.router.bucketsOf(limit, key, tier, now),
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

const shapeOf = (specs: readonly AlgorithmSpec[]): string => new BucketSet(specs).shape;

const NO_BYTES = new Uint8Array(0);
