import type {Random} from './random.ts';

/** What a request costs: the same for all, or whole numbers 1 … `max` around `median`, for tokens of language models. */
export type CostSpec =
  | {readonly kind: 'fixed'; readonly cost: number}
  | {readonly kind: 'lognormal'; readonly median: number; readonly sigma: number; readonly max: number};

/**
 * A draw from the cost distribution: min(max, max(1, round(median × e^(sigma z)))), z standard normal by Box–Muller
 * (1958). Rounding hides last-bit differences between engines.
 *
 * Example: median 400, sigma 1.2: half of all requests cost 400 or less, 5 % cost 2,880 or more.
 */
export const drawCost = (spec: CostSpec, random: Random): number => {
  if (spec.kind === 'fixed') return spec.cost;
  const z = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
  return Math.min(spec.max, Math.max(1, Math.round(spec.median * Math.exp(spec.sigma * z))));
};
