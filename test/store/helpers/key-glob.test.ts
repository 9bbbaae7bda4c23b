import fc from 'fast-check';
import {expect, test} from 'vitest';
import {compileKeyGlob, literalPrefix} from '../../../src/store/key-glob.ts';

/** The same by definition: as a regular expression. */
const byRegExp = (pattern: string): RegExp => {
  const source = pattern.replace(/\\([\s\S])|[\s\S]/gu, (token, quoted: string | undefined) => {
    if (quoted !== undefined) return literal(quoted);
    return token === '*' ? '.*' : token === '?' ? '.' : literal(token);
  });
  return new RegExp(`^${source}$`, 'su');
};
const literal = (char: string): string => (/[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char);

const chars = fc.constantFrom('a', 'b', '*', '?', '\\', '[', ']', '\n', '\u0000', '\ud83d\ude00');
const text = fc.array(chars, {maxLength: 8}).map((parts) => parts.join(''));

test('a glob matches what its regular expression matches: any pattern, any key', () => {
  fc.assert(
    fc.property(text, text, (pattern, key) => {
      expect(compileKeyGlob(pattern)(key)).toBe(byRegExp(pattern).test(key));
    }),
    {numRuns: 3_000},
  );
});

test('every key that matches begins with the literal prefix', () => {
  fc.assert(
    fc.property(text, text, (pattern, key) => {
      if (compileKeyGlob(pattern)(key)) expect(key.startsWith(literalPrefix(pattern))).toBe(true);
    }),
    {numRuns: 3_000},
  );
});

test('many stars over a long key take no time', () => {
  expect(compileKeyGlob(`${'*a'.repeat(30)}*b`)('a'.repeat(64 * 1024))).toBe(false);
});
