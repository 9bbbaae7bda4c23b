import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {solve} from '../../src/simulate/solve.ts';

const attemptFrom = (smallest: number) => async (value: number) => ({
  actual: smallest - value,
  pass: value >= smallest,
});

describe('solving for a limit', () => {
  it('finds the smallest value that passes, and has tried the one below it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 1e6}),
        fc.integer({min: 1, max: 1e6}),
        async (smallest, start) => {
          const {value, tried} = await solve(start, attemptFrom(smallest));
          expect(value).toBe(smallest);
          expect(tried.find((trial) => trial.value === smallest)?.pass).toBe(true);
          if (smallest > 1) expect(tried.find((trial) => trial.value === smallest - 1)?.pass).toBe(false);
          expect(tried.length).toBeLessThan(64);
        },
      ),
    );
  });

  it('says so when no value passes', async () => {
    const {value, tried} = await solve(10, async () => ({actual: 1, pass: false}));
    expect(value).toBeNull();
    expect(tried.at(-1)?.value).toBe(2 ** 31);
  });
});
