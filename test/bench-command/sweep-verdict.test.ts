import {expect, test} from 'vitest';
import {isOfMachine, sweepOf} from '../../src/bench/sweep-verdict.ts';
import {made, store} from './results.ts';

const step = (
  ratePerSecond: number,
  verdict: 'holds' | 'slow' | 'behind',
  clientCpu: number,
  latenessP99Us = 10,
) => ({
  ratePerSecond,
  verdict,
  decisionsPerSecond: ratePerSecond,
  p50Us: 100,
  p99Us: 1_000,
  latenessP99Us,
  clientCpu,
});

test.each([
  ['every rate held', [step(1_000, 'holds', 0.9)], 'nothing'],
  ['the store was slow with an idle client', [step(1_000, 'holds', 0.2), step(2_000, 'slow', 0.3)], 'store'],
  [
    'the client was busy where it began to fail, whatever it did far above that',
    [step(64_000, 'holds', 1), step(128_000, 'behind', 0.5), step(76_000, 'slow', 0.96)],
    'client',
  ],
  [
    'one of two tries had a client with time to spare',
    [step(64_000, 'holds', 1), step(76_000, 'slow', 0.96), step(76_000, 'slow', 0.4)],
    'store',
  ],
  [
    'a rate that failed once and then held has not failed',
    [step(1_000, 'slow', 0.2), step(1_000, 'holds', 0.2)],
    'nothing',
  ],
] as const)('%s', (_, steps, limitedBy) => {
  expect(sweepOf(steps, null, 1).limitedBy).toBe(limitedBy);
});

test.each([
  ['answers were late', [step(1_000, 'slow', 0.2, 900), step(1_000, 'slow', 0.2, 900)], false],
  [
    'requests started late with time to spare',
    [step(1_000, 'slow', 0.2, 4_000), step(1_000, 'slow', 0.2, 2_600)],
    true,
  ],
  ['once of two tries', [step(1_000, 'slow', 0.2, 4_000), step(1_000, 'slow', 0.2, 200)], false],
  ['because the client was busy', [step(64_000, 'slow', 0.95, 4_000)], false],
  ['nothing failed', [step(1_000, 'holds', 0.2, 4_000)], false],
] as const)('whose fault it is that a rate failed: %s', (_, steps, expected) => {
  expect(isOfMachine(sweepOf(steps, null, 1), 5_000)).toBe(expected);
});

test('a knee that is the machine’s own makes the result too noisy to tell', () => {
  const sweep = sweepOf([step(1_000, 'slow', 0.2, 4_000)], null, 1);
  const {noise} = made([store({sweep})], {loop: 'sweep', p99Us: 5_000});
  expect(noise.tooNoisy).toBe(true);
  expect(noise.reasons.join()).toContain("the knee is its own, not the store's");
});
