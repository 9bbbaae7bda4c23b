import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {createAlgorithm} from '../../../src/engine/create-algorithm.ts';
import {ALL_BUT, SPECS, specOf, steps, timed, wildSteps} from '../../support/arbitraries.ts';
import {Bucket} from '../../support/bucket.ts';
import {expectWithinBudget} from '../../support/budget.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

describe.each(Object.keys(SPECS))('%s', (name) => {
  const spec = SPECS[name]!;

  test('never admits more than its budget, in any window', () => {
    check(fc.tuple(spec, steps()), ([drawn, all]) => {
      const bucket = new Bucket(createAlgorithm(drawn));
      const admitted = timed(all).filter(({t, cost, hold}) => bucket.take(t, cost, hold).allowed);
      expectWithinBudget(drawn, admitted);
    });
  });

  test('says never to a cost above its capacity and to no other', () => {
    check(fc.tuple(spec, wildSteps()), ([drawn, all]) => {
      const bucket = new Bucket(createAlgorithm(drawn));
      for (const {t, cost, hold} of timed(all)) {
        const answer = bucket.take(t, cost, hold);
        expect(answer.never).toBe(cost > bucket.algorithm.capacity);
        if (answer.never || answer.allowed) expect(answer.retryAfter).toBe(0);
        else expect(answer.retryAfter).toBeGreaterThan(0);
      }
    });
  });

  test('answers in whole numbers that are not negative', () => {
    check(fc.tuple(spec, wildSteps()), ([drawn, all]) => {
      const bucket = new Bucket(createAlgorithm(drawn));
      for (const {t, cost, hold} of timed(all)) {
        const {remaining, retryAfter, resetAfter, delay} = bucket.take(t, cost, hold);
        for (const number of [remaining, retryAfter, resetAfter, delay])
          expect(Number.isSafeInteger(number) && number >= 0, `${number}`).toBe(true);
        expect(remaining).toBeLessThanOrEqual(bucket.algorithm.capacity);
      }
    });
  });

  test('peeks are allowed, and neither they nor looks change anything', () => {
    check(fc.tuple(spec, wildSteps()), ([drawn, all]) => {
      const peeked = new Bucket(createAlgorithm(drawn));
      const alone = new Bucket(createAlgorithm(drawn));
      for (const {t, cost, hold} of timed(all)) {
        const before = [...peeked.state];
        expect(peeked.take(t, 0, hold)).toMatchObject({allowed: true, delay: 0});
        peeked.look(t, cost, hold);
        expect([...peeked.state]).toEqual(before);
        expect(peeked.take(t, cost, hold)).toEqual(alone.take(t, cost, hold));
      }
    });
  });

  test('what a peek says remains is what fits, exactly', () => {
    check(fc.tuple(spec, wildSteps()), ([drawn, all]) => {
      const bucket = new Bucket(createAlgorithm(drawn));
      for (const {t, cost, hold} of timed(all)) {
        bucket.take(t, cost, hold);
        const {remaining} = bucket.look(t, 0);
        if (remaining > 0) expect(bucket.look(t, remaining).allowed).toBe(true);
        expect(bucket.look(t, remaining + 1).allowed).toBe(false);
      }
    });
  });

  test('its state can be moved to another array at any time', () => {
    check(fc.tuple(spec, wildSteps()), ([drawn, all]) => {
      let moved = new Bucket(createAlgorithm(drawn));
      const stayed = new Bucket(createAlgorithm(drawn));
      for (const {t, cost, hold} of timed(all)) {
        moved = new Bucket(moved.algorithm, Float64Array.from(moved.state));
        expect(moved.take(t, cost, hold)).toEqual(stayed.take(t, cost, hold));
      }
    });
  });
});

describe('retryAfter is exact: denied one microsecond earlier, allowed then', () => {
  // A smoothed bucket may need several checks: below.
  test.each(ALL_BUT('smoothed'))('%s', (name) => {
    check(fc.tuple(SPECS[name]!, wildSteps()), ([spec, all]) => {
      const bucket = new Bucket(createAlgorithm(spec));
      for (const {t, cost, hold} of timed(all)) {
        const {allowed, never, retryAfter} = bucket.take(t, cost, hold);
        if (allowed || never) continue;
        expect(bucket.look(t + retryAfter, cost, hold).allowed).toBe(true);
        expect(bucket.look(t + retryAfter - 1, cost, hold).allowed).toBe(false);
      }
    });
  });

  test('a bucket that starts below its burst keeps it too', () => {
    const initial = fc.record({
      initial: fc.integer({min: 0, max: 8}),
      refill: fc.constantFrom({kind: 'continuous' as const}, {kind: 'burst-penalty' as const}),
    });
    check(fc.tuple(SPECS['token bucket']!, initial, wildSteps()), ([spec, more, all]) => {
      if (spec.kind !== 'token-bucket') return;
      const bucket = new Bucket(
        createAlgorithm({...spec, ...more, initial: Math.min(more.initial, spec.burst)}),
      );
      for (const {t, cost, hold} of timed(all)) {
        const {allowed, never, retryAfter} = bucket.take(t, cost, hold);
        if (allowed || never) continue;
        expect(bucket.look(t + retryAfter, cost, hold).allowed).toBe(true);
        expect(bucket.look(t + retryAfter - 1, cost, hold).allowed).toBe(false);
      }
    });
  });

  test('smoothed: whoever waits as told is allowed after at most ten refusals more', () => {
    check(fc.tuple(SPECS['smoothed']!, steps()), ([spec, all]) => {
      const bucket = new Bucket(createAlgorithm(spec));
      let late = 0;
      for (const {t, cost} of timed(all)) {
        let refusals = 0;
        for (
          let answer = bucket.take(t + late, cost);
          !answer.allowed && !answer.never;
          answer = bucket.take(t + late, cost)
        ) {
          expect(bucket.look(t + late + answer.retryAfter - 1, cost).allowed).toBe(false);
          late += answer.retryAfter;
          expect(++refusals).toBeLessThanOrEqual(11);
        }
      }
    });
  });
});

describe('after resetAfter a key is as if never used', () => {
  // A smoothed bucket gives back a tenth per check, so never all of it in silence.
  test.each(ALL_BUT('smoothed'))('%s', (name) => {
    check(fc.tuple(SPECS[name]!, wildSteps(), steps()), ([spec, before, after]) => {
      const used = new Bucket(createAlgorithm(spec));
      let reset = 0;
      for (const {t, cost, hold} of timed(before))
        reset = Math.max(reset, t + used.take(t, cost, hold).resetAfter);
      const fresh = new Bucket(createAlgorithm(spec));
      for (const {t, cost, hold} of timed(after)) {
        const later = Math.max(reset, t) + t - timed(after)[0]!.t;
        expect(used.take(later, cost, hold)).toEqual(fresh.take(later, cost, hold));
      }
    });
  });

  test('a deleted key is a key never used', () => {
    check(fc.tuple(specOf(ALL_BUT('concurrency')), steps(), steps()), ([spec, before, after]) => {
      const used = new Bucket(createAlgorithm(spec));
      for (const {t, cost, hold} of timed(before)) used.take(t, cost, hold);
      used.state.fill(0);
      const fresh = new Bucket(createAlgorithm(spec));
      for (const {t, cost, hold} of timed(after))
        expect(used.take(t, cost, hold)).toEqual(fresh.take(t, cost, hold));
    });
  });
});

describe('a clock that steps back', () => {
  // Not concurrency: a lease taken at an earlier instant ends earlier, which is right. Leaky bucket: steps of a second only,
  // since beyond a minute nginx takes the new time for true.
  test.each(ALL_BUT('concurrency'))(
    '%s admits no more than if the clock had stood still meanwhile',
    (name) => {
      check(fc.tuple(SPECS[name]!, wildSteps(fc.constant(1))), ([spec, all]) => {
        const real = new Bucket(createAlgorithm(spec));
        const clamped = new Bucket(createAlgorithm(spec));
        let latest = 0;
        let admitted = 0;
        let admittedClamped = 0;
        for (const {t} of timed(all)) {
          latest = Math.max(latest, t);
          if (real.take(t).allowed) admitted++;
          if (clamped.take(latest).allowed) admittedClamped++;
          expect(admitted).toBeLessThanOrEqual(admittedClamped);
        }
      });
    },
  );
});

test('token bucket and GCRA are the same in time order', () => {
  check(
    fc.tuple(
      fc.record({
        count: fc.integer({min: 1, max: 1_000_000}),
        per: fc.integer({min: 1, max: 100_000_000}),
        burst: fc.integer({min: 1, max: 1_000}),
      }),
      steps(fc.integer({min: 0, max: 300})),
    ),
    ([{count, per, burst}, all]) => {
      const bucket = new Bucket(
        createAlgorithm({
          kind: 'token-bucket',
          count,
          per,
          burst,
          initial: burst,
          refill: {kind: 'continuous'},
        }),
      );
      const cells = new Bucket(createAlgorithm({kind: 'gcra', count, per, burst}));
      for (const {t, cost} of timed(all)) expect(bucket.take(t, cost)).toEqual(cells.take(t, cost));
    },
    {runs: 1_000},
  );
});
