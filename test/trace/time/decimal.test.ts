import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {FRACTION, NEGATIVE, NOT_A_NUMBER, scaledInteger, TOO_LARGE} from '../../../src/trace/time/decimal.ts';

const read = (text: string, shift = 0, rest: 'drop' | 'refuse' = 'refuse'): number => {
  const bytes = new TextEncoder().encode(`7${text}7`);
  return scaledInteger(bytes, 1, bytes.length - 1, shift, rest);
};

describe('a decimal number', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['007', 7],
    ['3.0', 3],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1000e-3', 1],
    ['0e400', 0],
    ['0.001e3', 1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740991.000', Number.MAX_SAFE_INTEGER],
    ['0.9007199254740991e16', Number.MAX_SAFE_INTEGER],
  ])('%s is the whole number %d', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    ['9007199254740992', TOO_LARGE],
    ['9007199254740993', TOO_LARGE],
    ['1e308', TOO_LARGE],
    ['1e400', TOO_LARGE],
    ['1e99999999999999999999', TOO_LARGE],
    ['-1', NEGATIVE],
    ['-0.5', NEGATIVE],
    ['-1e400', NEGATIVE],
    ['1.5', FRACTION],
    ['1e-3', FRACTION],
    ['1e-99999999999999999999', FRACTION],
    ['', NOT_A_NUMBER],
    ['-', NOT_A_NUMBER],
    ['.5', NOT_A_NUMBER],
    ['1.', NOT_A_NUMBER],
    ['1e', NOT_A_NUMBER],
    ['1e+', NOT_A_NUMBER],
    ['+1', NOT_A_NUMBER],
    ['1 ', NOT_A_NUMBER],
    ['0x10', NOT_A_NUMBER],
    ['NaN', NOT_A_NUMBER],
    ['1.2.3', NOT_A_NUMBER],
  ])('%s is refused as a whole number', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('is moved by powers of ten exactly, whatever its length', () => {
    const digits = fc.stringMatching(/^\d{1,20}$/);
    const fraction = fc.option(fc.stringMatching(/^\d{1,20}$/));
    fc.assert(
      fc.property(
        digits,
        fraction,
        fc.integer({min: -12, max: 12}),
        fc.constantFrom(-3, 0, 3, 6),
        (whole, part, exponent, shift) => {
          const text = `${whole}${part === null ? '' : `.${part}`}e${exponent}`;
          const power = exponent + shift - (part?.length ?? 0);
          const mantissa = BigInt(whole + (part ?? ''));
          const exact = power >= 0 ? mantissa * 10n ** BigInt(power) : mantissa / 10n ** BigInt(-power);
          const expected = exact > BigInt(Number.MAX_SAFE_INTEGER) ? TOO_LARGE : Number(exact);
          expect(read(text, shift, 'drop')).toBe(expected);
          const isWhole = power >= 0 || mantissa % 10n ** BigInt(-power) === 0n;
          expect(read(text, shift, 'refuse')).toBe(isWhole || expected === TOO_LARGE ? expected : FRACTION);
        },
      ),
    );
  });
});
