import type {AlgorithmSpec} from '../engine/policy-model.ts';
import {factsOf} from '../simulate/algorithm-facts.ts';

/** `token bucket 10/s, burst 20`. */
export const describeBucket = (bucket: AlgorithmSpec): string => factsOf(bucket).describe(bucket);
