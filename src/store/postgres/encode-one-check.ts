import {BucketKind} from '../../engine/bucket-code.ts';
import {numbersLiteral} from './array-literal.ts';
import type {AskedCheck, CheckSettings} from './encode-checks.ts';
import type {RowCache} from './row-cache.ts';
import type {Parameter} from './statement.ts';

const NOT_PLAIN: readonly BucketKind[] = [
  BucketKind.calendarWindow,
  BucketKind.slidingLog,
  BucketKind.concurrency,
];

/**
 * The arguments of the function `check_one` when it can answer the call: one check of one layer with one plain bucket, whose row
 * is there as far as is known.
 */
export const encodeOneCheck = (
  asked: readonly AskedCheck[],
  cache: RowCache,
  {lockTimeoutMs, slack, commit, clock = -1}: CheckSettings,
): Parameter[] | undefined => {
  const layers = asked[0]?.check.layers;
  const layer = layers?.[0];
  if (asked.length !== 1 || layers?.length !== 1 || layer === undefined) return undefined;
  const {address, buckets, cost, blockedUntil} = layer;
  const bucket = buckets.buckets[0];
  if (bucket === undefined || buckets.buckets.length > 1 || cost === 0 || blockedUntil > 0) return undefined;
  if (NOT_PLAIN.includes(bucket.code.kind)) return undefined;
  const row = cache.get(address);
  if (!row.present) return undefined;
  return [
    `\\x${row.hex}`,
    buckets.words,
    buckets.keep,
    numbersLiteral(bucket.code.numbers(0)),
    cost,
    numbersLiteral([lockTimeoutMs, slack, commit === 'asynchronous' ? 1 : 0, clock]),
  ];
};
