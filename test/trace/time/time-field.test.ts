import {describe, expect, test} from 'vitest';
import {unitOfFieldName} from '../../../src/trace/time/epoch.ts';
import {NOT_A_TIME, TIME_OUT_OF_RANGE} from '../../../src/trace/time/rfc3339.ts';
import {TimeField} from '../../../src/trace/time/time-field.ts';
import type {TimeUnit} from '../../../src/trace/time/time-unit.ts';

const read = (field: TimeField, text: string): number => {
  const bytes = new TextEncoder().encode(text);
  return field.ofText(bytes, 0, bytes.length);
};

describe('the unit of a numeric time', () => {
  test.each([
    ['ts_ms', 'ms'],
    ['ts_us', 'us'],
    ['ts_ns', 'ns'],
    ['ts_s', 's'],
    ['TS_MS', 'ms'],
    ['tsMs', 'ms'],
    ['startTimeMs', 'ms'],
    ['time.ns', 'ns'],
    ['timestampMillis', 'ms'],
    ['epoch_micros', 'us'],
    ['unixNanos', 'ns'],
    ['time_milliseconds', 'ms'],
    ['epochSeconds', 's'],
    ['epoch_sec', 's'],
    ['ts', undefined],
    ['time', undefined],
    ['msec', undefined],
    ['items', undefined],
    ['class', undefined],
    ['address', undefined],
  ] as const)('the name %s means %s', (name, unit) => {
    expect(unitOfFieldName(name)).toBe(unit);
  });

  test.each([
    ['1700000040', 's', 1_700_000_040_000_000],
    ['99999999999', 's', TIME_OUT_OF_RANGE],
    ['100000000000', 'ms', 100_000_000_000_000],
    ['1700000040000', 'ms', 1_700_000_040_000_000],
    ['1700000040000000', 'us', 1_700_000_040_000_000],
    ['1700000040000000000', 'ns', 1_700_000_040_000_000],
    ['1712790000100000001', 'ns', 1_712_790_000_100_000],
    ['1700000040.123456789', 's', 1_700_000_040_123_456],
    ['1693840791.7564995', 's', 1_693_840_791_756_499],
    ['1.7e9', 's', 1_700_000_000_000_000],
    ['17000000400000000000', 'ns', TIME_OUT_OF_RANGE],
  ] as const)('%s is guessed to be %s and read exactly', (text, unit, micros) => {
    const field = new TimeField('ts', undefined);
    expect(read(field, text)).toBe(micros);
    if (micros >= 0) expect([field.unit, field.unitSource]).toEqual([unit, 'size']);
  });

  test('is kept once it is guessed, and said', () => {
    const field = new TimeField('ts', undefined);
    expect(read(field, '1700000040000')).toBe(1_700_000_040_000_000);
    expect(read(field, '5')).toBe(5000);
    expect(field.notes()).toEqual([
      'times in "ts" are taken as milliseconds since 1970, by their size; --time-unit says otherwise',
    ]);
  });

  test('is not decided by zero, which is the same in all of them', () => {
    const field = new TimeField('ts', undefined);
    expect([field.ofInteger(0), read(field, '0'), field.unit]).toEqual([0, 0, undefined]);
    expect([field.ofInteger(1_700_000_040_000), field.unit]).toEqual([1_700_000_040_000_000, 'ms']);
  });

  test('is not decided by a value that cannot be used', () => {
    const field = new TimeField('ts', undefined);
    expect(read(field, '99999999999')).toBe(TIME_OUT_OF_RANGE);
    expect(field.unit).toBe(undefined);
  });

  test.each([
    ['s', 1_700_000_040_000_000],
    ['ms', 1_700_000_040_000],
    ['us', 1_700_000_040],
    ['ns', 1_700_000],
  ] as const)('is %s when --time-unit says so', (unit: TimeUnit, micros) => {
    const field = new TimeField('ts_ms', unit);
    expect(read(field, '1700000040')).toBe(micros);
    expect([field.unitSource, field.notes()]).toEqual(['option', []]);
  });

  test('of the name is not worth a note', () => {
    const field = new TimeField('ts_ns', undefined);
    expect([read(field, '1700000040000000999'), field.unit, field.unitSource]).toEqual([
      1_700_000_040_000_000,
      'ns',
      'name',
    ]);
    expect(field.notes()).toEqual([]);
  });
});

describe('a time as text', () => {
  test('may be RFC 3339, a number, or of the common log format', () => {
    const field = new TimeField('ts', undefined);
    const expected = 1_700_000_040_000_000;
    expect(read(field, '2023-11-14T22:14:00Z')).toBe(expected);
    expect(read(field, '15/Nov/2023:01:44:00 +0330')).toBe(expected);
    expect(read(field, '1700000040.000')).toBe(expected);
    expect(field.notes()).toHaveLength(1);
  });

  test('without a zone is UTC, and that is said once', () => {
    const field = new TimeField('ts', undefined);
    expect(read(field, '2023-11-14 22:14:00')).toBe(1_700_000_040_000_000);
    expect(read(field, '2023-11-14 22:14:01')).toBe(1_700_000_041_000_000);
    expect(field.notes()).toEqual(['times carry no zone: taken as UTC']);
  });

  test.each([
    '',
    'now',
    '2023-11-14',
    '2023-02-31T00:00:00Z',
    '1700000040000x',
    '31/Feb/2023:00:00:00 +0000',
    '0x65',
  ])('cannot be %j', (text) => {
    expect(read(new TimeField('ts', undefined), text)).toBe(NOT_A_TIME);
  });
});

test('a fault names the value and the unit it was read in', () => {
  const field = new TimeField('ts', 's');
  expect(field.fault(NOT_A_TIME, 'soon')).toBe('time "soon" is neither RFC 3339 nor a number since 1970');
  expect(field.fault(read(field, '1700000040000'), '1700000040000')).toBe(
    'time "1700000040000" is outside 1970 … 2255 (read in seconds)',
  );
});
