import type {Check} from '../../engine/live/check.ts';
import {numbersLiteral} from './array-literal.ts';
import type {BucketLiterals} from './bucket-literals.ts';
import type {CheckSettings} from './encode-checks.ts';
import type {RowCache} from './row-cache.ts';
import type {Parameter} from './statement.ts';

/**
 * The arguments of the function `check_one` when it can answer: a check of one layer with one plain bucket, whose row
 * is there as far as is known.
 */
export const encodeOneCheck = (
  {layers}: Check,
  cache: RowCache,
  literals: BucketLiterals,
  {lockTimeoutMs, slack, commit, clock = -1}: CheckSettings,
): Parameter[] | undefined => {
  const [layer] = layers;
  if (layer === undefined || layers.length > 1) return undefined;
  const {address, buckets, cost, blockedUntil} = layer;
  if (cost === 0 || blockedUntil > 0) return undefined;
  const bucket = literals.get(buckets);
  if (bucket === undefined) return undefined;
  const row = cache.get(address);
  if (!row.present) return undefined;
  return [
    `\\x${row.hex}`,
    buckets.words,
    buckets.keep,
    bucket,
    cost,
    numbersLiteral([lockTimeoutMs, slack, commit === 'asynchronous' ? 1 : 0, clock]),
  ];
};
