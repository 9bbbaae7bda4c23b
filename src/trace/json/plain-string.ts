import {firstFlag} from '../formats/swar.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

const ONES = 0x01010101;
const HIGHS = 0x80808080 | 0;

/**
 * Where a string ends that begins behind its opening quote at `from`: at its closing quote. −1 when a backslash or a control
 * character comes first, or no quote before `end`.
 */
export const plainStringEnd = (view: DataView, from: number, end: number): number => {
  let i = from;
  for (; i + 4 <= end; i += 4) {
    const word = view.getInt32(i, true);
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    // `x − 1` borrows into the high bit of a byte that is 0, `x − 0x20` into that of one below 0x20; high bits already set do
    // not count. Borrows reach only bytes above the first that is flagged.
    const flags =
      (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - 0x20202020) & ~word)) &
      HIGHS;
    if (flags !== 0) {
      i += firstFlag(flags);
      return view.getUint8(i) === QUOTE ? i : -1;
    }
  }
  for (; i < end; i++) {
    const byte = view.getUint8(i);
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH || byte < SPACE) return -1;
  }
  return -1;
};
