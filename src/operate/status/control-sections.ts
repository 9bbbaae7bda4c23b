import {type AdaptiveState, effectiveShare, idleAdaptive} from '../../engine/control/adaptive.ts';
import type {AdaptiveSpec, SignalName} from '../../engine/control/control-spec.ts';
import {
  type DegradationState,
  type ManualMode,
  modeAt,
  NO_END,
  serves,
} from '../../engine/control/degradation.ts';
import {scaledMax, scaledSpec} from '../../engine/control/scaled-spec.ts';
import type {AlgorithmSpec, LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {AdaptiveEntry} from '../../store/control-document.ts';
import type {
  ScaledLimit,
  ScaledPool,
  StatusAdaptive,
  StatusDegradation,
  StatusPressure,
} from '../../view/model/status-load.ts';
import {clampedInstant} from './clamped-instant.ts';
import type {DescribeBucket} from './observed-key.ts';

/** Adaptive control of the policy in its order, then what only the store knows. */
export const adaptiveSection = (
  stored: readonly AdaptiveEntry[],
  policy: Policy | undefined,
  describe: DescribeBucket,
): readonly StatusAdaptive[] => {
  const states = new Map(stored.map(({name, state}) => [name, state]));
  const specs = policy?.adaptive ?? [];
  const known = new Set(specs.map(({name}) => name));
  return [
    ...specs.map((spec) => configured(spec, states.get(spec.name) ?? idleAdaptive, policy!, describe)),
    ...stored.filter(({name}) => !known.has(name)).map(unknown),
  ];
};

const configured = (
  spec: AdaptiveSpec,
  state: AdaptiveState,
  policy: Policy,
  describe: DescribeBucket,
): StatusAdaptive => {
  const share = effectiveShare(state, spec);
  return {
    name: spec.name,
    configured: true,
    controller: spec.controller.kind,
    share,
    floor: spec.floor,
    // What is in force is in whole percent.
    atFloor: share <= effectiveShare({share: 0}, spec),
    ...lookOf(state),
    limits: policy.limits
      .filter(({name}) => spec.limits.includes(name))
      .flatMap((limit) => scaledLimits(limit, share, describe)),
    pools: policy.pools
      .filter(({name}) => spec.pools.includes(name))
      .map(({name, max}): ScaledPool => ({pool: name, base: max, effective: scaledMax(max, share)})),
  };
};

const unknown = ({name, state}: AdaptiveEntry): StatusAdaptive => ({
  name,
  configured: false,
  controller: null,
  share: Math.min(1, Math.max(0, state.share)),
  floor: null,
  atFloor: false,
  ...lookOf(state),
  limits: [],
  pools: [],
});

const scaledLimits = (
  {name, plan}: LimitSpec,
  share: number,
  describe: DescribeBucket,
): readonly ScaledLimit[] => {
  const scaled = (buckets: readonly AlgorithmSpec[], tier?: string): ScaledLimit => ({
    limit: name,
    ...(tier === undefined ? {} : {tier}),
    base: buckets.map(describe),
    effective: buckets.map((bucket) => describe(scaledSpec(bucket, share))),
  });
  return plan.kind === 'single'
    ? [scaled(plan.buckets)]
    : [...plan.tiers].map(([tier, buckets]) => scaled(buckets, tier));
};

/** Null where nobody asked for modes. */
export const degradationSection = (
  state: DegradationState,
  policy: Policy | undefined,
  now: number,
): StatusDegradation | null => {
  const found = statusDegradation(state, policy, now);
  return !found.configured && found.from === 'rule' && found.mode === 'normal' ? null : found;
};

/** The mode, who is served by it, and why. */
export const statusDegradation = (
  state: DegradationState,
  policy: Policy | undefined,
  now: number,
): StatusDegradation => {
  const {mode, manual} = modeAt(state, now);
  const classes = policy?.priorities ?? [];
  const since = manual?.at ?? state.since;
  return {
    configured: policy?.degradation !== undefined,
    mode,
    from: manual === undefined ? 'rule' : 'hand',
    since: since === 0 ? null : clampedInstant(since),
    rule: state.mode,
    manual: manual === undefined ? null : statusManual(manual),
    ...lookOf(state),
    classes: classes.map(({name}, i) => ({name, served: serves(mode, i, classes.length)})),
  };
};

export const statusManual = ({
  mode,
  by,
  reason,
  at,
  until,
}: ManualMode): NonNullable<StatusDegradation['manual']> => ({
  mode,
  by,
  reason,
  at: clampedInstant(at),
  until: until >= NO_END ? null : clampedInstant(until),
});

const lookOf = ({
  pressure,
  signal,
  steppedAt,
}: {
  readonly pressure: number;
  readonly signal: SignalName | undefined;
  readonly steppedAt: number;
}): {readonly pressure: StatusPressure | null; readonly lookedAt: string | null} =>
  steppedAt === 0
    ? {pressure: null, lookedAt: null}
    : {pressure: {value: pressure, signal: signal ?? null}, lookedAt: clampedInstant(steppedAt)};
