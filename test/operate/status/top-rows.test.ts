import fc from 'fast-check';
import {expect, test} from 'vitest';
import {TopRows} from '../../../src/operate/status/top-rows.ts';

test('keeps the first n of any sequence', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: -50, max: 50})), fc.nat(20), (all, size) => {
      const top = new TopRows<number>(size, (a, b) => a - b);
      for (const one of all) top.offer(one);
      expect(top.sorted()).toEqual([...all].sort((a, b) => a - b).slice(0, size));
    }),
  );
});

test('keeps everything when there is no bound', () => {
  const top = new TopRows<number>(Number.POSITIVE_INFINITY, (a, b) => b - a);
  for (let i = 0; i < 1_000; i++) top.offer(i);
  expect(top.sorted()).toHaveLength(1_000);
  expect(top.sorted()[0]).toBe(999);
});
