import {bucketOutOfRange, leakRateOf, leakyOutOfRange} from '../engine/exact-range.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';

/**
 * What one of `instances` processes may allow alone of a bucket: its rate and its capacity divided, capacities rounded down, at
 * least 1. Together the processes stay within the limit, but for capacities smaller than their number.
 *
 * Example: 100 per minute with a burst of 20, shared by 3: 100 per 3 min with a burst of 6.
 */
export const shareOfLimit = (spec: AlgorithmSpec, instances: number): AlgorithmSpec => {
  if (instances === 1) return spec;
  const share = (units: number): number => Math.max(1, Math.floor(units / instances));
  switch (spec.kind) {
    case 'token-bucket': {
      const burst = share(spec.burst);
      const initial = Math.min(burst, Math.floor(spec.initial / instances));
      return computable({...spec, ...slower(spec, instances), burst, initial}, spec);
    }
    case 'gcra':
      return computable({...spec, ...slower(spec, instances), burst: share(spec.burst)}, spec);
    case 'leaky-bucket':
      return computable(
        {
          ...spec,
          ...slower(spec, instances),
          burst: Math.floor(spec.burst / instances),
          delayFrom: Math.floor(spec.delayFrom / instances),
        },
        spec,
      );
    case 'fixed-window':
    case 'sliding-window':
    case 'sliding-log':
      return {...spec, limit: share(spec.limit)};
    case 'concurrency':
      return {...spec, max: share(spec.max)};
  }
};

const slower = (
  {count, per}: {readonly count: number; readonly per: number},
  instances: number,
): {readonly count: number; readonly per: number} =>
  count % instances === 0 ? {count: count / instances, per} : {count, per: per * instances};

/** A rate so slow that it is beyond what can be computed exactly keeps its own pace, with the smaller capacity. */
const computable = <T extends Extract<AlgorithmSpec, {readonly per: number}>>(divided: T, whole: T): T =>
  Number.isSafeInteger(divided.per) && !isOutOfRange(divided)
    ? divided
    : {...divided, count: whole.count, per: whole.per};

const isOutOfRange = (spec: Extract<AlgorithmSpec, {readonly per: number}>): boolean => {
  const {count, per, burst} = spec;
  if (spec.kind === 'leaky-bucket') {
    const rate = leakRateOf(count, per);
    return rate === undefined || rate < 1 || leakyOutOfRange(burst, rate) !== undefined;
  }
  const step = spec.kind === 'token-bucket' && spec.refill.kind === 'stepped' ? spec.refill.every : 1;
  return bucketOutOfRange({count, per, burst, step}) !== undefined;
};
