import {describe, expect, test} from 'vitest';
import {isAsShown, shownIn} from './console.ts';

describe('what a document shows of an answer', () => {
  test('a block is commands with their answers', () => {
    expect(shownIn('$ a b\none\ntwo\n$ c\n')).toEqual([
      {command: 'a b', answer: 'one\ntwo\n'},
      {command: 'c', answer: ''},
    ]);
  });

  test.each([
    [
      'times and spans',
      'limited  34s  at 2026-01-05T12:00:00Z\n',
      'limited  1m2s at 2026-11-21T08:59:59.120Z\n',
    ],
    ['widths of columns and breaks of lines', 'a  b\nc\n', 'a b    c\n'],
    ['who it was on which machine', 'by ada@desk\n', 'by ada@vm-7\n'],
    ['what was left out in the middle', 'a\n…\nz\n', 'a\nb\nc\nz\n'],
    ['what was left out at both ends', '…\nb\n…\n', 'a\nb\nc\n'],
    ['nothing, left out', 'a\n…\n', 'a\n'],
  ])('may differ in %s', (_what, shown, answer) => {
    expect(isAsShown(shown, answer)).toBe(true);
  });

  test.each([
    ['another word', 'limited  34s\n', 'near  34s\n'],
    ['another number', '100/100\n', '99/100\n'],
    ['a word more', 'a\n', 'a b\n'],
    ['a word less', 'a b\n', 'a\n'],
    ['another order', 'a\n…\nb\n', 'b\na\n'],
    ['another end', 'a\n…\nz\n', 'a\nz\nb\n'],
    ['another beginning', 'a\n…\n', 'b\na\n'],
    ['half a word', '…\nlim\n…\n', 'x\nlimited\ny\n'],
    ['no answer', 'a\n', ''],
    ['an answer where none is shown', '', 'a\n'],
  ])('may not differ in %s', (_what, shown, answer) => {
    expect(isAsShown(shown, answer)).toBe(false);
  });
});
