const BACKSLASH = 0x5c;

const hexValue = (byte: number): number => (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);

const codeUnit = (bytes: Uint8Array, at: number): number =>
  (hexValue(bytes[at]!) << 12) |
  (hexValue(bytes[at + 1]!) << 8) |
  (hexValue(bytes[at + 2]!) << 4) |
  hexValue(bytes[at + 3]!);

/** The byte that `\b`, `\f`, `\n`, `\r` or `\t` stands for; quotes, slashes and backslashes stand for themselves. */
const simple = (letter: number): number => {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter;
  }
};

const isLowSurrogateEscape = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 6 <= end &&
  bytes[at] === BACKSLASH &&
  bytes[at + 1] === 0x75 &&
  (codeUnit(bytes, at + 2) & 0xfc00) === 0xdc00;

/**
 * Writes the text of a valid JSON string, `bytes[start … end)` between its quotes, to `target` from `at` on; it takes at
 * most as many bytes as it has. Answers the position after it.
 *
 * Half of a surrogate pair is kept as the three bytes UTF-8 would use for it (WTF-8), not replaced: `"\ud800"` and
 * `"\ud801"` are two keys.
 */
export const unescapeJson = (
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number => {
  let to = at;
  for (let i = start; i < end; ) {
    const byte = bytes[i]!;
    if (byte !== BACKSLASH) {
      target[to++] = byte;
      i++;
      continue;
    }
    const letter = bytes[i + 1]!;
    if (letter !== 0x75) {
      target[to++] = simple(letter);
      i += 2;
      continue;
    }
    let code = codeUnit(bytes, i + 2);
    i += 6;
    if ((code & 0xfc00) === 0xd800 && isLowSurrogateEscape(bytes, i, end)) {
      code = 0x10000 + ((code & 0x3ff) << 10) + (codeUnit(bytes, i + 2) & 0x3ff);
      i += 6;
    }
    if (code < 0x80) target[to++] = code;
    else if (code < 0x800) {
      target[to++] = 0xc0 | (code >> 6);
      target[to++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      target[to++] = 0xe0 | (code >> 12);
      target[to++] = 0x80 | ((code >> 6) & 0x3f);
      target[to++] = 0x80 | (code & 0x3f);
    } else {
      target[to++] = 0xf0 | (code >> 18);
      target[to++] = 0x80 | ((code >> 12) & 0x3f);
      target[to++] = 0x80 | ((code >> 6) & 0x3f);
      target[to++] = 0x80 | (code & 0x3f);
    }
  }
  return to;
};
