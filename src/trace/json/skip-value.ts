/**
 * Steps over JSON values (RFC 8259), checking every byte. Each function begins at the value's first byte and answers the
 * position after it, or `~position` (negative) of the first byte that is wrong; `~end` when the text ends too early.
 */

/** Objects and arrays inside each other; deeper is refused, so that no text can exhaust the stack. */
export const MAX_DEPTH = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Past spaces, tabs and line ends. */
export const skipSpace = (bytes: Uint8Array, from: number, end: number): number => {
  let i = from;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    i++;
  }
  return i;
};

const isHex = (byte: number): boolean => (byte - 0x30) >>> 0 <= 9 || ((byte | 0x20) - 0x61) >>> 0 <= 5;

/** From a backslash to after the escape. */
const skipEscape = (bytes: Uint8Array, from: number, end: number): number => {
  if (from + 1 >= end) return ~end;
  switch (bytes[from + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return from + 2;
    case 0x75: // u
      for (let i = from + 2; i < from + 6; i++) {
        if (i >= end) return ~end;
        if (!isHex(bytes[i]!)) return ~i;
      }
      return from + 6;
    default:
      return ~(from + 1);
  }
};

/** The rest of a string, from any byte between its quotes that is not inside an escape, to after the closing quote. */
export const skipStringRest = (bytes: Uint8Array, from: number, end: number): number => {
  let i = from;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) {
      i = skipEscape(bytes, i, end);
      if (i < 0) return i;
    } else if (byte < 0x20) return ~i;
    else i++;
  }
  return ~end;
};

const skipDigits = (bytes: Uint8Array, from: number, end: number): number => {
  let i = from;
  while (i < end && (bytes[i]! - 0x30) >>> 0 <= 9) i++;
  return i;
};

export const skipNumber = (bytes: Uint8Array, from: number, end: number): number => {
  let i = bytes[from] === 0x2d ? from + 1 : from;
  const whole = i;
  i = skipDigits(bytes, i, end);
  if (i === whole) return ~i;
  if (bytes[whole] === 0x30 && i > whole + 1) return ~(whole + 1);
  if (i < end && bytes[i] === 0x2e) {
    const fraction = ++i;
    i = skipDigits(bytes, i, end);
    if (i === fraction) return ~i;
  }
  if (i < end && (bytes[i]! | 0x20) === 0x65) {
    i++;
    if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
    const exponent = i;
    i = skipDigits(bytes, i, end);
    if (i === exponent) return ~i;
  }
  return i;
};

const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');
const NULL = new TextEncoder().encode('null');

/** `true`, `false` or `null`; the first byte of a wrong word is what is wrong. */
export const skipWord = (bytes: Uint8Array, from: number, end: number): number => {
  const first = bytes[from];
  const word = first === TRUE[0] ? TRUE : first === FALSE[0] ? FALSE : NULL;
  for (let i = 0; i < word.length; i++) {
    if (from + i >= end) return ~end;
    if (bytes[from + i] !== word[i]) return ~from;
  }
  return from + word.length;
};

/** Any value; `depth` objects and arrays are around it. */
export const skipValue = (bytes: Uint8Array, from: number, end: number, depth: number): number => {
  if (from >= end) return ~end;
  const byte = bytes[from]!;
  if (byte === QUOTE) return skipStringRest(bytes, from + 1, end);
  if (byte === 0x2d || (byte - 0x30) >>> 0 <= 9) return skipNumber(bytes, from, end);
  if (byte === OPEN_BRACE) return skipMembers(bytes, from, end, depth + 1);
  if (byte === OPEN_BRACKET) return skipElements(bytes, from, end, depth + 1);
  return skipWord(bytes, from, end);
};

const skipMembers = (bytes: Uint8Array, from: number, end: number, depth: number): number => {
  if (depth > MAX_DEPTH) return ~from;
  let i = skipSpace(bytes, from + 1, end);
  if (i < end && bytes[i] === CLOSE_BRACE) return i + 1;
  for (;;) {
    if (i >= end) return ~end;
    if (bytes[i] !== QUOTE) return ~i;
    i = skipStringRest(bytes, i + 1, end);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i >= end || bytes[i] !== COLON) return ~i;
    i = skipValue(bytes, skipSpace(bytes, i + 1, end), end, depth);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === CLOSE_BRACE) return i + 1;
    if (i >= end || bytes[i] !== COMMA) return ~i;
    i = skipSpace(bytes, i + 1, end);
  }
};

const skipElements = (bytes: Uint8Array, from: number, end: number, depth: number): number => {
  if (depth > MAX_DEPTH) return ~from;
  let i = skipSpace(bytes, from + 1, end);
  if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
  for (;;) {
    i = skipValue(bytes, i, end, depth);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
    if (i >= end || bytes[i] !== COMMA) return ~i;
    i = skipSpace(bytes, i + 1, end);
  }
};
