import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  parseJsonSelector,
  parseSelector,
  quoteKeyGlob,
  requireKnownLimit,
  rowSelectionOf,
  selectorTest,
  selectorText,
} from '../../src/operate/selector.ts';
import {HOSTILE_KEYS} from '../support/hostile-keys.ts';
import {LiveState} from './live-state.ts';

const {policy} = new LiveState().loaded;
const anyKey = fc.string({unit: 'binary', minLength: 1}).map((key) => key.toWellFormed());

describe('an exact selector', () => {
  test.each(HOSTILE_KEYS.filter((key) => key !== ''))('takes the key as it is: %j', (key) => {
    const selector = parseSelector(`per-ip/${key}`, {kind: 'exact'});
    expect(selector).toEqual({kind: 'exact', limit: 'per-ip', key: key.toWellFormed()});
  });

  test('splits at the first slash only', () => {
    expect(parseSelector('per-path//api/v1', {kind: 'exact'})).toEqual({
      kind: 'exact',
      limit: 'per-path',
      key: '/api/v1',
    });
  });

  test.each([
    ['per-ip', /names no limit, expected LIMIT\/KEY/],
    ['per-ip/', /no key behind the "\/"/],
    ['/key', /no limit before the "\/"/],
    ['', /names no limit/],
  ])('refuses %j', (text, message) => {
    expect(() => parseSelector(text, {kind: 'exact'})).toThrow(message);
  });

  test('selects that key and no other, whatever it holds', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (key, other) => {
        const selected = selectorTest(parseSelector(`per-ip/${key}`, {kind: 'exact'}));
        expect(selected({limit: 'per-ip', key})).toBe(true);
        expect(selected({limit: 'per-ip', key: other})).toBe(key === other);
        expect(selected({limit: 'plan', key})).toBe(false);
      }),
    );
  });
});

describe('a JSON selector', () => {
  test('names keys that no shell can type', () => {
    expect(parseJsonSelector('"per-ip/a\\u001b\\u0000"', {kind: 'exact'})).toEqual({
      kind: 'exact',
      limit: 'per-ip',
      key: 'a\u001b\u0000',
    });
  });

  test.each(['per-ip/a', '1', '["a"]', '"open'])('refuses %s', (text) => {
    expect(() => parseJsonSelector(text, {kind: 'exact'})).toThrow(/is not a JSON string/);
  });
});

describe('selectors of several keys', () => {
  test('a prefix is literal, and may be the whole limit', () => {
    expect(rowSelectionOf(parseSelector('per-ip/10.*', {kind: 'prefix'}))).toEqual({
      limit: 'per-ip',
      keys: {kind: 'prefix', prefix: '10.*'},
    });
    expect(rowSelectionOf(parseSelector('per-ip/', {kind: 'prefix'}))).toEqual({
      limit: 'per-ip',
      keys: {kind: 'all'},
    });
  });

  test.each([
    ['per-ip/10.*', 'per-ip', '10.1', true],
    ['per-ip/10.?', 'per-ip', '10.11', false],
    ['per-*/x', 'per-tenant', 'x', true],
    ['per-*/x', 'plan', 'x', false],
    ['*/a\\*b', 'plan', 'a*b', true],
    ['*/a\\*b', 'plan', 'axb', false],
    ['*/[a]', 'plan', '[a]', true],
    ['*/a/b', 'plan', 'a/b', true],
  ])('glob %s on %s/%s: %s', (pattern, limit, key, expected) => {
    expect(selectorTest(parseSelector(pattern, {kind: 'glob'}))({limit, key})).toBe(expected);
  });

  test('a glob over limits asks for all limits, one without wildcards for its own', () => {
    expect(rowSelectionOf(parseSelector('per-*/a*', {kind: 'glob'}))).toEqual({
      keys: {kind: 'glob', pattern: 'a*'},
    });
    expect(rowSelectionOf(parseSelector('per-ip/*', {kind: 'glob'}))).toEqual({
      limit: 'per-ip',
      keys: {kind: 'all'},
    });
  });

  test('a quoted key matches itself alone', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (key, other) => {
        const selected = selectorTest({kind: 'glob', limitPattern: '*', keyPattern: quoteKeyGlob(key)});
        expect(selected({limit: 'x', key})).toBe(true);
        expect(selected({limit: 'x', key: other})).toBe(key === other);
      }),
    );
  });

  test('--all takes no text', () => {
    expect(parseSelector('', {kind: 'all'})).toEqual({kind: 'all'});
    expect(() => parseSelector('per-ip/x', {kind: 'all'})).toThrow(/beside --all/);
  });

  test('a prefix of an unknown limit is refused, a glob may mean a limit that the policy lost', () => {
    expect(() => requireKnownLimit({kind: 'prefix', limit: 'old', prefix: ''}, policy)).toThrow(
      /unknown limit/,
    );
    expect(() =>
      requireKnownLimit({kind: 'glob', limitPattern: 'old', keyPattern: '*'}, policy),
    ).not.toThrow();
  });

  test('are written back as they are typed', () => {
    expect(selectorText({kind: 'prefix', limit: 'a', prefix: 'b'})).toBe('--prefix a/b');
    expect(selectorText({kind: 'glob', limitPattern: '*', keyPattern: 'b?'})).toBe('--match */b?');
    expect(selectorText({kind: 'all'})).toBe('--all');
    expect(selectorText({kind: 'exact', limit: 'a', key: 'b/c'})).toBe('a/b/c');
  });
});
