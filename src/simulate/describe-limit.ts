import type {LimitSpec} from '../engine/policy-model.ts';
import {factsOf} from './algorithm-facts.ts';

/** One line for people: `token bucket 10/s, burst 20`. */
export const describeLimit = ({plan}: LimitSpec): string =>
  plan.kind === 'tiered'
    ? `tiers ${[...plan.tiers.keys()].join(', ')}`
    : plan.buckets.map((bucket) => factsOf(bucket).describe(bucket)).join(' + ');
