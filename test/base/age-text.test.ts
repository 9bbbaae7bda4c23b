import {expect, test} from 'vitest';
import {ageText} from '../../src/base/age-text.ts';

test.each([
  [0, '0s'],
  [-5, '0s'],
  [999.9, '999ms'],
  [1_999, '1.9s'],
  [12_999, '12s'],
  [192_999, '3m12s'],
])('%d ms ago is %s', (ms, text) => expect(ageText(ms)).toBe(text));
