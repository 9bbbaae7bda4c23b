/**
 * What a row's value looks like. A GCRA row without a fraction is its instant as 16 decimal digits, which Redis keeps as a number
 * without any string. Everything else: byte 1, the number of buckets, their letters, then the words as little-endian doubles.
 */
import {lettersOf} from '../../engine/bucket-code.ts';

/** Letters by kind (engine/bucket-code.ts), with the words of each; `list`: a count, a number, and count pairs. */
const WORDS: Readonly<Record<string, number | 'list'>> = {
  t: 3,
  p: 2,
  s: 2,
  g: 2,
  f: 2,
  h: 2,
  c: 2,
  w: 3,
  l: 'list',
  n: 2,
  k: 'list',
};

/** Words of a bucket; 0 for those that keep a list. */
export const wordsOf = (letter: string): number => {
  const words = WORDS[letter];
  return words === undefined || words === 'list' ? 0 : words;
};

/** Byte 1, the number of buckets, their letters: how a packed value of buckets of that shape begins. */
export const headOf = (shape: string): Buffer => {
  const letters = lettersOf(shape);
  return Buffer.from(`\u0001${String.fromCharCode(letters.length)}${letters}`, 'latin1');
};

/** Instants from 2001 to 2255 have so many digits. Shorter numbers are the counters of others. */
const INSTANT = /^[1-9]\d{15}$/;

export const formatRow = (shape: string, words: readonly number[]): Buffer => {
  const [first = 0, numerator] = words;
  if (shape === 'g' && numerator === 0 && Number.isSafeInteger(first) && INSTANT.test(String(first)))
    return Buffer.from(String(first));
  const head = headOf(shape);
  const value = Buffer.allocUnsafe(head.length + 8 * words.length);
  head.copy(value);
  words.forEach((word, i) => {
    value.writeDoubleLE(word, head.length + 8 * i);
  });
  return value;
};

/** The words of a row of that shape; undefined when the value, which is these bytes, is no such row. */
export const parseRow = (
  shape: string,
  bytes: Buffer,
  from = 0,
  until = bytes.length,
): readonly number[] | undefined => {
  // Most shapes are those of one bucket.
  const letters = shape.includes(',') ? lettersOf(shape) : shape.charAt(0);
  if (bytes[from] !== 1 || from === until)
    return letters === 'g' ? parseInstant(bytes, from, until) : undefined;
  const first = from + 2 + letters.length;
  if (letters === '' || first > until || bytes[from + 1] !== letters.length || (until - first) % 8 !== 0)
    return undefined;
  for (let i = 0; i < letters.length; i++)
    if (bytes[from + 2 + i] !== letters.charCodeAt(i)) return undefined;
  const words: number[] = [];
  for (let at = first; at < until; at += 8) words.push(bytes.readDoubleLE(at));
  return hasLength(letters, words) ? words : undefined;
};

/** Sixteen digits, the first of which is not zero. */
const parseInstant = (bytes: Buffer, from: number, until: number): readonly number[] | undefined => {
  if (until - from !== 16 || bytes[from] === ZERO) return undefined;
  let instant = 0;
  for (let at = from; at < until; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    instant = 10 * instant + digit;
  }
  return Number.isSafeInteger(instant) ? [instant, 0] : undefined;
};

const ZERO = 0x30;

/** Whether these may be the words of a row of that shape. */
export const isRowOf = (shape: string, words: readonly number[]): boolean =>
  hasLength(lettersOf(shape), words);

/** Whether a row of buckets with these letters has that many words. Letters that this version does not know may have any. */
const hasLength = (letters: string, words: readonly number[]): boolean => {
  let length = 0;
  for (const letter of letters) {
    const own = WORDS[letter];
    if (own === undefined) return true;
    length += own === 'list' ? 2 + 2 * words[length]! : own;
  }
  return length === words.length;
};
