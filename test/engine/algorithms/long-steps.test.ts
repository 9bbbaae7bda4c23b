import {expect, test} from 'vitest';
import {tokenBucket} from '../../../src/engine/algorithms/token-bucket.ts';
import {bucketOutOfRange} from '../../../src/engine/exact-range.ts';
import {Bucket} from '../../support/bucket.ts';

const START = 1_700_000_040_123_457;

test('a step that refills more than can be computed is refused with its numbers: it would come too early', () => {
  const numbers = {count: 1_079_464_905, per: 45, burst: 55, step: 370_840_715};
  expect(bucketOutOfRange(numbers)).toMatch(/reaches \d+; at most 2\^52 can be computed exactly/);
  const longest = {...numbers, step: 187_000_000};
  expect(bucketOutOfRange(longest)).toBeUndefined();
  const bucket = new Bucket(tokenBucket(longest));
  bucket.take(START, 55);
  expect(bucket.look(START + longest.step - 1)).toMatchObject({allowed: false, retryAfter: 1});
  expect(bucket.look(START + longest.step, 55).allowed).toBe(true);
});
