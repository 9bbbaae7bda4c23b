/** Bytes the text formats are made of, by name. */
export const Ascii = {
  tab: 0x09,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  percent: 0x25,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  question: 0x3f,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
} as const;

export const isDigit = (byte: number): boolean => byte >= Ascii.zero && byte <= Ascii.nine;

export const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** The first `byte` in `bytes[from … end)`, or `end`. Fields are short: a plain loop beats `indexOf`, whose call costs more. */
export const indexOfByte = (bytes: Uint8Array, byte: number, from: number, end: number): number => {
  let at = from;
  while (at < end && bytes[at] !== byte) at++;
  return at;
};

/** The last `byte` in `bytes[from … end)`, or −1. */
export const lastIndexOfByte = (bytes: Uint8Array, byte: number, from: number, end: number): number => {
  let at = end - 1;
  while (at >= from && bytes[at] !== byte) at--;
  return at >= from ? at : -1;
};

/** How often `byte` stands in `bytes[start … end)`. */
export const countByte = (bytes: Uint8Array, byte: number, start: number, end: number): number => {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at] === byte) count++;
  return count;
};

/** Whether `bytes[at …)` begins with `word`, which must fit before `end`. */
export const startsWithAt = (bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean => {
  if (at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
};

export const equalBytes = (bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean =>
  end - start === word.length && startsWithAt(bytes, start, end, word);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** Text for messages; never on the hot path. */
export const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  decoder.decode(bytes.subarray(start, Math.min(end, start + 400)));
