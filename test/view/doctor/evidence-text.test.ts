import {expect, test} from 'vitest';
import {evidenceText} from '../../../src/view/doctor/evidence-text.ts';

test.each([
  [0.4, '0.4 ms'],
  [240, '240 ms'],
  [1_500, '1.5s'],
  [3_156_463, '52m36s'],
  [-90_000, '-1m30s'],
])('%d milliseconds are told as %s', (value, expected) => {
  expect(evidenceText({name: 'ends in', value, unit: 'ms'})).toBe(`ends in ${expected}`);
});
