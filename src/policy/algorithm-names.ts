import type {AlgorithmSpec} from '../engine/policy-model.ts';

export type AlgorithmName = AlgorithmSpec['kind'];

/** A record, so that the compiler asks for one that is missing. */
const DOCUMENTED: Readonly<Record<AlgorithmName, true>> = {
  'token-bucket': true,
  gcra: true,
  'fixed-window': true,
  'sliding-window': true,
  'sliding-log': true,
  'leaky-bucket': true,
  concurrency: true,
};

/** In the order in which they are documented. */
export const ALGORITHM_NAMES = Object.keys(DOCUMENTED) as readonly AlgorithmName[];
