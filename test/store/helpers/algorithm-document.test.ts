import {expect, test} from 'vitest';
import {readAlgorithm} from '../../../src/store/algorithm-document.ts';

const MOST = Number.MAX_SAFE_INTEGER;
/** 100 years in µs. */
const CENTURY = 36_525 * 86_400_000_000;

const REFILL = {kind: 'smoothed'};

test.each([
  [
    'a bucket that never fills',
    {kind: 'token-bucket', count: 1, per: CENTURY, burst: MOST, initial: 5, refill: REFILL},
  ],
  [
    'a step of a century',
    {
      kind: 'token-bucket',
      count: MOST,
      per: 1,
      burst: MOST,
      initial: 0,
      refill: {kind: 'stepped', every: CENTURY},
    },
  ],
  ['cells that never come back', {kind: 'gcra', count: 1, per: CENTURY, burst: MOST}],
  ['products beyond doubles', {kind: 'sliding-window', limit: MOST, window: CENTURY}],
  [
    'a leak that takes centuries',
    {kind: 'leaky-bucket', count: 1, per: 1e9, burst: 9_007_199_253, delayFrom: 'nodelay'},
  ],
])(
  'a document with %s is none: the engine, or a script inside the server, could count for ever',
  (_, document) => {
    expect(readAlgorithm(document)).toBeUndefined();
  },
);

test.each([
  {kind: 'token-bucket', count: 10, per: 1_000_000, burst: 20, initial: 5, refill: REFILL},
  {kind: 'gcra', count: 1000, per: CENTURY / 100, burst: 1000},
  {kind: 'sliding-window', limit: 1_000_000, window: 86_400_000_000},
])('buckets of policies are read: $kind', (document) => {
  expect(readAlgorithm(document)).toEqual(document);
});
