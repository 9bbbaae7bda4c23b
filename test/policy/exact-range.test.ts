import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createAlgorithm} from '../../src/engine/create-algorithm.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import {Ask, Kind, Verdict} from '../../src/engine/verdict.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {PolicyError} from '../../src/policy/policy-error.ts';

const NOW = 1_735_689_600_000_000;

/** The one bucket of a policy, or undefined when the loader refuses its numbers. */
const bucketOf = (fields: Readonly<Record<string, unknown>>): AlgorithmSpec | undefined => {
  try {
    const {plan} = parsePolicy(JSON.stringify({version: 1, limits: [{name: 'a', ...fields}]}), 'p.json')
      .policy.limits[0]!;
    return plan.kind === 'single' ? plan.buckets[0] : undefined;
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
};

/** How long a request of cost `next` waits after one that took all of `first`. */
const waitAfter = (spec: AlgorithmSpec, first: number, next: number): number => {
  const algorithm = createAlgorithm(spec);
  const state = new Float64Array(Math.max(8, algorithm.words));
  const ask = new Ask();
  const verdict = new Verdict();
  ask.now = NOW;
  ask.cost = first;
  algorithm.decide(state, 0, ask, verdict);
  expect(verdict.kind).toBe(Kind.allow);
  expect(verdict.remaining).toBe(0);
  algorithm.commit(state, 0, ask, verdict);
  ask.cost = next;
  algorithm.decide(state, 0, ask, verdict);
  expect(verdict.kind).toBe(Kind.notYet);
  return verdict.retryAfter;
};

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Whole numbers of every magnitude. */
const magnitude = (bits: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.double({min: 0, max: bits, noNaN: true}), fc.nat(1_000))
    .map(([power, more]) => Math.min(Number.MAX_SAFE_INTEGER, Math.floor(2 ** power) + more));

const share = fc.double({min: 0, max: 1, noNaN: true});
const part = (of: number, by: number): number => Math.max(1, Math.floor(of * by));

test.each(['token-bucket', 'gcra'])('%s: what is accepted is computed exactly', (algorithm) => {
  let accepted = 0;
  fc.assert(
    fc.property(magnitude(53), magnitude(52), magnitude(53), share, (count, per, burst, by) => {
      const spec = bucketOf({algorithm, rate: {count, per: `${per}us`}, burst});
      if (spec === undefined) return;
      accepted++;
      const next = part(burst, by);
      expect(BigInt(waitAfter(spec, burst, next))).toBe(ceilDiv(BigInt(next) * BigInt(per), BigInt(count)));
    }),
    {numRuns: 3_000},
  );
  expect(accepted).toBeGreaterThan(300);
});

test('sliding-window: what is accepted is computed exactly', () => {
  let accepted = 0;
  fc.assert(
    fc.property(magnitude(53), magnitude(52), share, (limit, window, by) => {
      const spec = bucketOf({algorithm: 'sliding-window', limit, window: `${window}us`});
      if (spec === undefined) return;
      accepted++;
      const next = part(limit, by);
      const room = (BigInt(limit - next) * BigInt(window)) / BigInt(limit);
      const start = NOW - (NOW % window);
      expect(BigInt(waitAfter(spec, limit, next))).toBe(BigInt(start + 2 * window - NOW) - room);
    }),
    {numRuns: 3_000},
  );
  expect(accepted).toBeGreaterThan(300);
});

test('leaky-bucket: what is accepted is computed exactly', () => {
  let accepted = 0;
  fc.assert(
    fc.property(magnitude(53), magnitude(52), magnitude(34), share, (count, per, burst, by) => {
      const spec = bucketOf({
        algorithm: 'leaky-bucket',
        rate: {count, per: `${per}us`},
        burst,
        nodelay: true,
      });
      if (spec === undefined) return;
      accepted++;
      const rate = (BigInt(count) * 1_000_000_000n) / BigInt(per);
      const next = part(burst + 1, by);
      const milliseconds = ceilDiv(BigInt(next) * 1_000_000n, rate);
      expect(BigInt(waitAfter(spec, burst + 1, next))).toBe(milliseconds * 1_000n);
    }),
    {numRuns: 3_000},
  );
  expect(accepted).toBeGreaterThan(300);
});
