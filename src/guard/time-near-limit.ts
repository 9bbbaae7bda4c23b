import type {Layer, LayerVerdict} from '../engine/live/check.ts';
import {NEAR_LIMIT_PERCENT} from '../engine/live/near-limit.ts';
import {bucketOfCapacity} from './bucket-window.ts';

/**
 * Microseconds until a key is neither refused nor near its limit any more, if nothing else comes. Windows let go all at once;
 * what drains evenly leaves the last 5 % after that share of the way.
 */
export const timeNearLimit = ({buckets}: Layer, verdict: LayerVerdict): number => {
  const {capacity, remaining, retryAfter, resetAfter} = verdict;
  const kind = bucketOfCapacity(buckets, capacity)?.kind;
  if (kind === 'fixed-window' || kind === 'concurrency') return Math.max(retryAfter, resetAfter);
  const used = capacity - remaining;
  const over = used - (NEAR_LIMIT_PERCENT * capacity) / 100;
  return used <= 0 ? retryAfter : Math.max(retryAfter, Math.ceil((resetAfter * Math.max(0, over)) / used));
};
