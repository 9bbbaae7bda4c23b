import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {lettersOf} from '../../../src/engine/bucket-code.ts';
import {redactedUrl} from '../../../src/store/redacted-url.ts';
import {keySlot} from '../../../src/store/redis/key-slot.ts';
import {RowKeys} from '../../../src/store/redis/row-key.ts';
import {formatRow, parseRow, wordsOf} from '../../../src/store/redis/row-value.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {targetOf} from './redis-target.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const keys = new RowKeys('rl:');
const text = fc.oneof(
  fc.string({unit: 'grapheme', minLength: 1}),
  fc.string({
    unit: fc.constantFrom('{', '}', ':', '*', '?', '[', ']', '%', '~', ' ', '\n', '\u001b', 'ü'),
    minLength: 1,
  }),
);
const shape = fc.oneof(
  fc.constantFrom('t', 'g', 'f1m', 'w90s', 'cmonth.Europe/Paris', 'f1h,t', 'cday.Etc/GMT+3', 'k'),
  fc.stringMatching(/^[a-z][A-Za-z0-9_.,/+-]{0,20}$/),
);
const address = fc.record({
  limit: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/),
  key: fc.oneof(text, fc.constant('k'.repeat(65_536))),
  tier: fc.oneof(fc.constant(''), text),
  shape,
});
/** Whatever words a prefix has: names of limits, shapes, and what is behind ours. */
const prefix = fc
  .array(fc.constantFrom('rl', 'a', 'per-ip', 't', 'f1h,t', 'x', '~', ''), {maxLength: 4})
  .map((words) => words.map((word) => `${word}:`).join(''));

test('the name of a row says whose it is, exactly, for any key and tier', () => {
  check(address, (address) => {
    expect(keys.parse(Buffer.from(keys.nameOf(address)))).toEqual(address);
  });
});

test('what a name says does not depend on the names before it', () => {
  const ending = fc.oneof(text, fc.constantFrom('', 'a}', '}', '\ufffd}', 'a}:free}', 'a}:'));
  const near = fc.tuple(address, ending).map(([{limit, shape}, end]) => [limit, shape, end] as const);
  check(fc.array(near, {minLength: 2, maxLength: 4}), (names) => {
    const used = new RowKeys('rl:');
    for (const [limit, shape] of names)
      for (const [, , end] of names)
        for (const name of [
          Buffer.from(`rl:${limit}:${shape}:{${end}`),
          Buffer.concat([Buffer.from(`rl:${limit}:${shape}:{`), Buffer.of(0xff, 0x7d)]),
          Buffer.from(`rl:${limit}:${shape}:{a}`),
        ]) {
          const within = Buffer.concat([Buffer.from('{'), name, Buffer.from('}')]);
          expect(used.parse(within, 1, within.length - 1)).toEqual(new RowKeys('rl:').parse(name));
        }
  });
});

test('no two rows have the same name, and none has that of something else', () => {
  check(fc.tuple(address, address), ([a, b]) => {
    expect(keys.nameOf(a) === keys.nameOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    expect(keys.nameOf(a).startsWith('rl:~:')).toBe(false);
  });
});

test('what is under one prefix means nothing under another, whatever it begins with', () => {
  const names = fc.tuple(prefix, prefix, address, fc.constantFrom('hot', 'doc:override', 'generation'));
  const short = address.map((row) => ({...row, key: '~', limit: 'a', shape: 't'}));
  check(fc.tuple(names, short), ([[outer, inner, row, name], like]) => {
    fc.pre(outer !== inner);
    const [ours, theirs] = [new RowKeys(outer), new RowKeys(inner)];
    for (const each of [ours.nameOf(row), ours.nameOf(like), ours.own(name)])
      expect(theirs.parse(Buffer.from(each))).toBeUndefined();
  });
});

test.each([
  ['rl:', 'rl:a:per-ip:t:{k}'],
  ['rl:', 'rl:a:per-ip:t:{k}:free'],
  ['rl:', 'rl:a:~:{~}:hot'],
  ['rl:', 'rl:a:t:~:{~}:doc:override'],
  ['rl:a:', 'rl:a:t:{k}'],
  ['rl:a:', 'rl:a:t:{:t:{k}}'],
  ['rl:a:', 'rl:~:{~}:hot'],
  ['rl:a:t:', 'rl:a:t:{~}:hot'],
])('under %j %j is of another prefix', (prefix, name) => {
  expect(new RowKeys(prefix).parse(Buffer.from(name))).toBeUndefined();
});

test.each([
  ['rl:per-ip:t:{a', 'no end'],
  ['rl:per-ip:t:a', 'no braces'],
  ['rl:{a}', 'no limit'],
  ['rl:per-ip:{a}', 'no shape'],
  ['rl:per-ip::{a}', 'an empty shape'],
  ['rl:per-ip:T:{a}', 'a shape that does not begin with a letter of ours'],
  ['rl:per-ip:t g:{a}', 'a shape with a space'],
  ['rl:per ip:t:{a}', 'no name of a limit'],
  ['rl:per-ip:t:{a}x', 'something behind it'],
  ['rl:per-ip:t:{a}:', 'an empty tier'],
  ['rl:per-ip:t:{a}:%zz%', 'a tier that is not encoded so'],
  ['rlflx:per-ip:t:{a}', 'another prefix'],
  ['rl', 'shorter than the prefix'],
])('%j is no row: %s', (name) => {
  expect(keys.parse(Buffer.from(name))).toBeUndefined();
});

test('bytes that are no text are no row; what is ours and no row is told apart', () => {
  expect(keys.parse(Buffer.from([...Buffer.from('rl:a:t:{'), 0xff, 0x7d]))).toBeUndefined();
  expect(keys.parse(Buffer.from(keys.own('hot')))).toBe('own');
});

test('slots are those of the specification', () => {
  expect(keySlot('123456789')).toBe(12_739);
  expect(keySlot('rl:a:t:{user1}')).toBe(keySlot('rl:b:f1h,t:{user1}:free'));
  expect(keySlot('foo{}{bar}')).toBe(keySlot('foo{}{bar}'));
  expect(keySlot('{user1000}.following')).toBe(keySlot('user1000'));
});

test('a value comes back as it was written, to those who ask for its shape', () => {
  const word = fc.oneof(
    fc.double({noNaN: true}),
    fc.maxSafeNat(),
    fc.integer({min: 1e15, max: 1e16}),
    fc.constant(0),
  );
  check(
    fc.tuple(
      fc.constantFrom('g', 'g,g', 't', 'w90s,g', 'p,n', 'cmonth.Europe/Paris'),
      fc.array(word, {minLength: 9, maxLength: 9}),
    ),
    ([shape, more]) => {
      const letters = lettersOf(shape);
      const length = [...letters].reduce((sum, letter) => sum + wordsOf(letter), 0);
      const words = more.slice(0, length);
      const value = formatRow(shape, words);
      const read = parseRow(shape, value);
      expect(read).toEqual(words);
      for (const other of ['t', 's', 'g,t', 'f1h', 'x'])
        if (other !== shape) expect(parseRow(other, value)).toBeUndefined();
    },
  );
});

test.each([
  [1_700_000_000_000_000, '1700000000000000'],
  [1e15, '1000000000000000'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
])('an instant of 16 digits is kept as them: %d', (instant, text) => {
  expect(formatRow('g', [instant, 0]).toString()).toBe(text);
  expect(parseRow('g', Buffer.from(text))).toEqual([instant, 0]);
  expect(parseRow('t', Buffer.from(text))).toBeUndefined();
});

test.each([17, 999_999_999_999_999, 0])(
  'any other instant is packed, so that no counter is taken for one: %d',
  (instant) => {
    const value = formatRow('g', [instant, 0]);
    expect(value[0]).toBe(1);
    expect(parseRow('g', value)).toEqual([instant, 0]);
    expect(parseRow('g', Buffer.from(String(instant)))).toBeUndefined();
  },
);

test.each([
  '',
  'hello',
  '-5',
  '1.5',
  '1e3',
  '0000000000000017',
  '9007199254740992',
  '99999999999999999999',
  '\u0001',
  '\u0001\u0001',
  '\u0001\u0001g',
  '\u0001\u0001gshort',
  '\u0001\u0001f0123456789abcdef',
  '\u0001\u0002gg0123456789abcdef',
])('%j is no value of ours', (value) => {
  expect(parseRow('g', Buffer.from(value, 'latin1'))).toBeUndefined();
});

test('a URL is shown without its secrets', () => {
  const url = 'rediss://app:s3cret@cache.example:6380/2?prefix=rl%3A&key=/secret/path';
  expect(redactedUrl(targetOf(url))).toBe('rediss://app:***@cache.example:6380/2?prefix=rl%3A&key=…');
});
