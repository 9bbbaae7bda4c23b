import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ClfTime, parseNaiveClfTime} from '../../../src/trace/time/clf-time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const viewOf = (text: string): DataView => {
  const bytes = new TextEncoder().encode(text);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const read = (text: string, clock = new ClfTime()): number | undefined =>
  clock.read(viewOf(`[${text}]`), 1) ? clock.micros : undefined;

const naive = (text: string): number => parseNaiveClfTime(viewOf(text), 0, text.length);

const two = (value: number): string => String(value).padStart(2, '0');

const stamp = (local: Date): string =>
  `${two(local.getUTCDate())}/${MONTHS[local.getUTCMonth()]}/${local.getUTCFullYear()}:${local.toISOString().slice(11, 19)}`;

const instants = fc.integer({min: 86_400, max: 8_999_000_000});
const offsets = fc.integer({min: -14 * 60, max: 14 * 60});

const withZone = (seconds: number, offset: number): string => {
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${stamp(new Date((seconds + offset * 60) * 1000))} ${zone}`;
};

describe('times of the common log format', () => {
  test.each([
    ['14/Nov/2023:22:14:00 +0000', '2023-11-14T22:14:00Z'],
    ['14/Nov/2023:22:14:00 +0330', '2023-11-14T18:44:00Z'],
    ['14/Nov/2023:18:44:00 -0330', '2023-11-14T22:14:00Z'],
    ['29/Feb/2024:23:59:59 +0000', '2024-02-29T23:59:59Z'],
    ['29/Feb/2000:00:00:00 +0000', '2000-02-29T00:00:00Z'],
    ['01/Jan/1970:00:00:00 +0000', '1970-01-01T00:00:00Z'],
    ['01/jan/2024:00:00:00 +1400', '2023-12-31T10:00:00Z'],
  ])('%s is %s', (text, iso) => {
    expect(read(text)).toBe(Date.parse(iso) * 1000);
  });

  test.each([
    ['a day that the month does not have', '31/Feb/2023:22:14:00 +0000'],
    ['29 February in a common year', '29/Feb/2023:22:14:00 +0000'],
    ['29 February in a century that is no leap year', '29/Feb/2100:22:14:00 +0000'],
    ['31 April', '31/Apr/2023:22:14:00 +0000'],
    ['day 0', '00/Nov/2023:22:14:00 +0000'],
    ['an unknown month', '14/Foo/2023:22:14:00 +0000'],
    ['hour 24', '14/Nov/2023:24:14:00 +0000'],
    ['minute 60', '14/Nov/2023:22:60:00 +0000'],
    ['second 60', '14/Nov/2023:22:14:60 +0000'],
    ['letters for digits', '14/Nov/2O23:22:14:00 +0000'],
    ['letters in the seconds', '14/Nov/2023:22:14:0x +0000'],
    ['a zone without sign', '14/Nov/2023:22:14:00 00000'],
    ['a zone of 24 hours', '14/Nov/2023:22:14:00 +2400'],
    ['a zone of 60 minutes', '14/Nov/2023:22:14:00 +0060'],
    ['other separators', '14-Nov-2023:22:14:00 +0000'],
    ['a dot before the seconds', '14/Nov/2023:22:14.00 +0000'],
    ['before 1970', '31/Dec/1969:23:59:59 +0000'],
    ['before 1970 by its zone', '01/Jan/1970:00:30:00 +0100'],
    ['after 2255', '01/Jan/2256:00:00:00 +0000'],
    ['nothing but zero bytes around the seconds', `${'\0'.repeat(17)}:00${'\0'.repeat(6)}`],
  ])('refuses %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test('a refused stamp does not spoil the next one, nor a good one the next bad one', () => {
    const clock = new ClfTime();
    const good = '14/Nov/2023:22:14:07 +0330';
    expect(read(good, clock)).toBe(Date.parse('2023-11-14T18:44:07Z') * 1000);
    expect(read('31/Feb/2023:22:14:00 +0330', clock)).toBeUndefined();
    expect(read('14/Nov/2023:22:14:7x +0330', clock)).toBeUndefined();
    expect(read('14/Nov/2023:22:14:08 +0330', clock)).toBe(Date.parse('2023-11-14T18:44:08Z') * 1000);
    expect(read('14/Nov/2023:22:14:08 +0331', clock)).toBe(Date.parse('2023-11-14T18:43:08Z') * 1000);
  });

  test('any instant written in any zone is read back, one clock for all', () => {
    const clock = new ClfTime();
    fc.assert(
      fc.property(instants, offsets, (seconds, offset) => {
        expect(read(withZone(seconds, offset), clock)).toBe(seconds * 1_000_000);
      }),
    );
  });

  test('one changed byte is another time or none, never the cached one', () => {
    const position = fc.integer({min: 0, max: 25});
    fc.assert(
      fc.property(
        instants,
        offsets,
        position,
        fc.integer({min: 0, max: 255}),
        (seconds, offset, at, byte) => {
          const clock = new ClfTime();
          const bytes = new TextEncoder().encode(withZone(seconds, offset));
          const view = new DataView(bytes.buffer);
          clock.read(view, 0);
          bytes[at] = byte;
          const fresh = new ClfTime();
          const isTime = fresh.read(view, 0);
          expect(clock.read(view, 0)).toBe(isTime);
          if (isTime) expect(clock.micros).toBe(fresh.micros);
        },
      ),
    );
  });
});

describe('times without a zone, as HAProxy writes them', () => {
  test.each([
    ['14/Jan/2015:12:48:57.127', 1_421_239_737_127_000],
    ['14/Jan/2015:12:48:57', 1_421_239_737_000_000],
    ['14/Jan/2015:12:48:57.000001', 1_421_239_737_000_001],
    ['14/Jan/2015:12:48:57.000001999', 1_421_239_737_000_001],
  ])('%s is taken as UTC', (text, us) => {
    expect(naive(text)).toBe(us);
  });

  test.each([
    '14/Jan/2015:12:48:57.',
    '14/Jan/2015:12:48:57,127',
    '31/Feb/2015:12:48:57.127',
    '14/Jan/2015:12:48',
    '14/Jan/2015:12:48:61.000',
    '',
  ])('refuses "%s"', (text) => {
    expect(naive(text)).toBe(-1);
  });
});
