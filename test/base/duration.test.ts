import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatDuration, parseDuration} from '../../src/base/duration.ts';

const S = 1_000_000;

/** Rounding up keeps these within 2^53. */
const anySpan = fc.nat({max: 2 ** 52});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [1, '1µs'],
    [0.25, '0.25µs'],
    [1_500, '1.5ms'],
    [999_999, '999.999ms'],
    [999_999.7, '1s'],
    [1.25 * S, '1.25s'],
    [59.999_6 * S, '1m'],
    [90 * S, '1m30s'],
    [2_749.123 * S, '45m49s'],
    [3_599.7 * S, '1h'],
    [5_400 * S, '1h30m'],
    [86_399.9 * S, '1d'],
    [90_061 * S, '1d1h'],
    [8 * 86_400 * S, '8d'],
    [14 * 86_400 * S, '2w'],
    [-90 * S, '-1m30s'],
  ])('%d µs is %s', (us, text) => expect(formatDuration(us)).toBe(text));

  test('is read back as what it says, within the unit it is rounded to', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(),
          anySpan,
          fc.nat({max: 100_000}).map((s) => s * S),
        ),
        (us) => {
          const back = parseDuration(formatDuration(us));
          expect(back).toBeDefined();
          expect(Math.abs((back as number) - us)).toBeLessThanOrEqual(us / 48 + 1e-9);
        },
      ),
    );
  });

  test('formatting what was read is stable', () => {
    fc.assert(
      fc.property(anySpan, (us) => {
        const text = formatDuration(us);
        expect(formatDuration(parseDuration(text) as number)).toBe(text);
      }),
    );
  });
});

describe('parseDuration', () => {
  test.each([
    ['250ms', 250_000],
    ['1h30m', 5_400 * S],
    ['1.5s', 1.5 * S],
    ['7d', 604_800 * S],
    ['3us', 3],
    ['0s', 0],
  ])('%s is %d µs', (text, us) => expect(parseDuration(text)).toBe(us));

  test.each(['', 's', '1', '1.5us', '-1s', '1 s', '1s ', '1x', '99999999999w', '1e3s'])(
    '%j is no duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});
