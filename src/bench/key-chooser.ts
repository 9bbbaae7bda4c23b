import {randomStream} from '../trace/generate/random.ts';
import {Zipf} from '../trace/generate/zipf.ts';

/** Which key the next request has: all alike, few that make most of the traffic, or one that makes nearly all. */
export const DISTRIBUTIONS = ['uniform', 'zipf', 'hot'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Share of the requests that the first key gets with `hot`. */
export const HOT_SHARE = 0.9;

/** Draws numbers of keys, 1 … `keys`. The same seed and process draw the same. */
export const keyChooser = (
  distribution: Distribution,
  keys: number,
  {seed, index}: {readonly seed: number; readonly index: number},
): (() => number) => {
  const random = randomStream(seed, `bench-keys-${index}`);
  switch (distribution) {
    case 'uniform':
      return () => 1 + random.below(keys);
    case 'zipf': {
      const zipf = new Zipf(keys, 1, random);
      return () => zipf.next();
    }
    case 'hot':
      return () => (keys === 1 || random.fraction() < HOT_SHARE ? 1 : 2 + random.below(keys - 1));
  }
};
