/**
 * What a row's value looks like. A GCRA row without a fraction is its instant as decimal digits, which Redis keeps as a number
 * without any string. Everything else: byte 1, the number of buckets, their letters, then the words as little-endian doubles.
 */
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

export interface RowValue {
  readonly shape: string;
  readonly words: readonly number[];
}

/** Byte 1, the number of buckets, their letters: how a packed value begins. */
export const headOf = (shape: string): Buffer =>
  Buffer.from(`\u0001${String.fromCharCode(shape.length)}${shape}`, 'latin1');

export const formatRow = ({shape, words}: RowValue): Buffer => {
  const [first = 0, numerator] = words;
  if (shape === 'g' && numerator === 0 && Number.isSafeInteger(first) && first >= 0)
    return Buffer.from(String(first));
  const head = headOf(shape);
  const value = Buffer.allocUnsafe(head.length + 8 * words.length);
  head.copy(value);
  words.forEach((word, i) => {
    value.writeDoubleLE(word, head.length + 8 * i);
  });
  return value;
};

/** Undefined when the value is none of ours. */
export const parseRow = (value: Buffer): RowValue | undefined => {
  if (value[0] !== 1) {
    const text = value.length <= 16 ? value.toString('latin1') : '';
    const instant = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(instant)
      ? {shape: 'g', words: [instant, 0]}
      : undefined;
  }
  const count = value[1] ?? 0;
  const shape = value.toString('latin1', 2, 2 + count);
  if (count === 0 || shape.length !== count || (value.length - 2 - count) % 8 !== 0) return undefined;
  const words: number[] = [];
  for (let at = 2 + count; at < value.length; at += 8) words.push(value.readDoubleLE(at));
  if (!/^[a-z]+$/.test(shape)) return undefined;
  return hasLength(shape, words) ? {shape, words} : undefined;
};

/** Whether a row of this shape has that many words. Letters that this version does not know may have any. */
const hasLength = (shape: string, words: readonly number[]): boolean => {
  let length = 0;
  for (const letter of shape) {
    const own = WORDS[letter];
    if (own === undefined) return true;
    length += own === 'list' ? 2 + 2 * words[length]! : own;
  }
  return length === words.length;
};
