import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  countCall,
  emptyBudget,
  type RetryBudget,
  type RetryBudgetSpec,
  retriesLeft,
  takeRetry,
} from '../../src/engine/retry-budget.ts';
import {check} from '../support/check.ts';
import {S} from '../support/instants.ts';

const SPEC: RetryBudgetSpec = {ratio: 0.1, reserve: 1, window: 10 * S};

const calls = (budget: RetryBudget, count: number, now: number, spec = SPEC): RetryBudget => {
  let after = budget;
  for (let i = 0; i < count; i++) after = countCall(after, spec, now);
  return after;
};

describe('a budget of retries', () => {
  test('has the reserve of the window before anything was called, and a share of the calls', () => {
    expect(retriesLeft(emptyBudget, SPEC, 0)).toBe(10);
    expect(retriesLeft(calls(emptyBudget, 200, 0), SPEC, 5 * S)).toBe(30);
    expect(retriesLeft(calls(emptyBudget, 9, 0), SPEC, 0)).toBe(10);
  });

  test('is spent by retries, and comes back as the window forgets', () => {
    let budget: RetryBudget | undefined = emptyBudget;
    for (let i = 0; i < 10; i++) budget = takeRetry(budget!, SPEC, 0);
    expect(takeRetry(budget!, SPEC, 8 * S)).toBeUndefined();
    expect(takeRetry(budget!, SPEC, 10 * S)).toBeDefined();
  });

  test('without reserve and share there is none; shares that no double holds count whole', () => {
    expect(takeRetry(calls(emptyBudget, 50, 0), {...SPEC, ratio: 0, reserve: 0}, 0)).toBeUndefined();
    const none = {...SPEC, reserve: 0};
    expect(retriesLeft(calls(emptyBudget, 30, 0), none, 0)).toBe(3);
    expect(retriesLeft(calls(emptyBudget, 100, 0), {...none, ratio: 0.57}, 0)).toBe(57);
  });

  test('lets no more than reserve and share through in any window, whatever is called and when', () => {
    const spec = fc.record({
      ratio: fc.constantFrom(0, 0.1, 0.2, 0.5, 1, 2),
      reserve: fc.integer({min: 0, max: 5}),
      window: fc.constantFrom(1 * S, 10 * S),
    });
    const steps = fc.array(fc.record({gap: fc.nat(2 * S), calls: fc.nat(8), retries: fc.nat(30)}), {
      maxLength: 60,
    });
    check(fc.tuple(spec, steps), ([rules, all]) => {
      let budget: RetryBudget = emptyBudget;
      let now = 1_000 * S;
      const called: number[] = [];
      const retried: number[] = [];
      for (const step of all) {
        now += step.gap;
        for (let i = 0; i < step.calls; i++) {
          budget = countCall(budget, rules, now);
          called.push(now);
        }
        for (let i = 0; i < step.retries; i++) {
          const taken = takeRetry(budget, rules, now);
          if (taken === undefined) break;
          budget = taken;
          retried.push(now);
        }
      }
      // In 9/10 of a window that ends with a retry: no more than what the calls of the whole window before it allow.
      for (const end of retried) {
        const within = (at: number, span: number): boolean => at <= end && at > end - span;
        const made = retried.filter((at) => within(at, 0.9 * rules.window)).length;
        const allowed = called.filter((at) => within(at, rules.window)).length;
        expect(made).toBeLessThanOrEqual(rules.reserve * (rules.window / S) + rules.ratio * allowed + 1e-6);
      }
      expect(budget.length).toBeLessThanOrEqual(10);
    });
  });
});
