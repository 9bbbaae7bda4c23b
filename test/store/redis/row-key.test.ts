import fc from 'fast-check';
import {expect, test} from 'vitest';
import {redactedUrl} from '../../../src/store/redacted-url.ts';
import {keySlot} from '../../../src/store/redis/key-slot.ts';
import {RowKeys} from '../../../src/store/redis/row-key.ts';
import {formatRow, parseRow} from '../../../src/store/redis/row-value.ts';
import {check} from '../../support/check.ts';
import {targetOf} from './redis-target.ts';

const keys = new RowKeys('rl:');
const text = fc.oneof(
  fc.string({unit: 'grapheme', minLength: 1}),
  fc.string({
    unit: fc.constantFrom('{', '}', ':', '*', '?', '[', ']', '%', '~', ' ', '\n', '\u001b', 'ü'),
    minLength: 1,
  }),
);
const address = fc.record({
  limit: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/),
  key: fc.oneof(text, fc.constant('k'.repeat(65_536))),
  tier: fc.oneof(fc.constant(''), text),
});

test('the name of a row says whose it is, exactly, for any key and tier', () => {
  check(address, (address) => {
    expect(keys.parse(Buffer.from(keys.nameOf(address)))).toEqual(address);
  });
});

test('no two rows have the same name, and none has that of something else', () => {
  check(fc.tuple(address, address), ([a, b]) => {
    expect(keys.nameOf(a) === keys.nameOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    expect(keys.nameOf(a).startsWith('rl:{~}:')).toBe(false);
  });
});

test.each([
  ['rl:per-ip:{a', 'no end'],
  ['rl:per-ip:a', 'no braces'],
  ['rl:{a}', 'no limit'],
  ['rl:per ip:{a}', 'no name of a limit'],
  ['rl:per-ip:{a}x', 'something behind it'],
  ['rl:per-ip:{a}:', 'an empty tier'],
  ['rl:per-ip:{a}:%zz%', 'a tier that is not encoded so'],
  ['rlflx:per-ip:{a}', 'another prefix'],
  ['rl', 'shorter than the prefix'],
])('%j is no row: %s', (name) => {
  expect(keys.parse(Buffer.from(name))).toBeUndefined();
});

test('bytes that are no text are no row; what is ours and no row is told apart', () => {
  expect(keys.parse(Buffer.from([...Buffer.from('rl:a:{'), 0xff, 0x7d]))).toBeUndefined();
  expect(keys.parse(Buffer.from(keys.own('hot')))).toBe('own');
});

test('slots are those of the specification', () => {
  expect(keySlot('123456789')).toBe(12_739);
  expect(keySlot('rl:a:{user1}')).toBe(keySlot('rl:b:{user1}:free'));
  expect(keySlot('foo{}{bar}')).toBe(keySlot('foo{}{bar}'));
  expect(keySlot('{user1000}.following')).toBe(keySlot('user1000'));
});

test('a value comes back as it was written', () => {
  const word = fc.oneof(fc.double({noNaN: true}), fc.maxSafeNat());
  check(
    fc.tuple(fc.constantFrom('g', 'gg', 't', 'wg', 'pn'), fc.array(word, {minLength: 9, maxLength: 9})),
    ([shape, more]) => {
      const length = [...shape].reduce((sum, letter) => sum + (letter === 't' || letter === 'w' ? 3 : 2), 0);
      const row = {shape, words: more.slice(0, length)};
      expect(parseRow(formatRow(row))).toEqual(row);
    },
  );
});

test.each([
  '',
  'hello',
  '-5',
  '1.5',
  '1e3',
  '99999999999999999999',
  '\u0001',
  '\u0001\u0001',
  '\u0001\u0001g',
  '\u0001\u0001gshort',
])('%j is no value of ours', (value) => {
  expect(parseRow(Buffer.from(value, 'latin1'))).toBeUndefined();
});

test('a URL is shown without its secrets', () => {
  const url = 'rediss://app:s3cret@cache.example:6380/2?prefix=rl%3A&key=/secret/path';
  expect(redactedUrl(targetOf(url))).toBe('rediss://app:***@cache.example:6380/2?prefix=rl%3A&key=…');
});
