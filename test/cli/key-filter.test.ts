import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../src/cli/key-filter.ts';

describe('--filter', () => {
  test('asks a page at once, and the inverse', () => {
    expect(keyFilter('^a/.$')(['a/b', 'a/bc', 'b/a'])).toEqual([true, false, false]);
    expect(keyFilter('!^a/')(['a/b', 'b/a'])).toEqual([false, true]);
    expect(keyFilter('')([])).toEqual([]);
  });

  test.each(['[', '(', '*', '!(?<'])('%j is no regular expression: exit 2', (text) => {
    expect(() => keyFilter(text)).toThrow(expect.objectContaining({code: 'usage/filter', exit: 2}));
  });

  test('control characters of an expression are not repeated', () => {
    const error = (() => {
      try {
        keyFilter('\u001b[2J(');
      } catch (caught) {
        return caught as {message: string; hint: string};
      }
      throw new Error('it was not refused');
    })();
    expect(`${error.message}${error.hint}`).not.toContain('\u001b');
  });

  test('an expression that would take years is ended: exit 2', () => {
    const filter = keyFilter('^(([a-z])+.)+[A-Z]([a-z])+$');
    expect(() => filter(['k'.repeat(65_536)])).toThrow(
      expect.objectContaining({exit: 2, message: expect.stringContaining('takes too long')}),
    );
    expect(filter(['abC', 'ab.Cd'])).toEqual([false, true]);
  });

  test('one key of 64 KB is no trouble for an honest expression', () => {
    expect(keyFilter('k+z?$')(['k'.repeat(65_536)])).toEqual([true]);
  });
});
