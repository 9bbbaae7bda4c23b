import type {LimitSpec} from '../engine/policy-model.ts';
import {factsOf} from './algorithm-facts.ts';

/** One line for people: `token bucket 10/s, burst 20`. */
export const describeLimit = ({plan, mode, rollout}: LimitSpec): string => {
  const buckets =
    plan.kind === 'tiered'
      ? `tiers ${[...plan.tiers.keys()].join(', ')}`
      : plan.buckets.map((bucket) => factsOf(bucket).describe(bucket)).join(' + ');
  return mode === 'enforce' && rollout < 1
    ? `${buckets}; denies for ${Number((100 * rollout).toFixed(2))}% of keys`
    : buckets;
};
