import {Ascii, isDigit} from './ascii.ts';
import {firstFlag, zeroBytes} from './swar.ts';

const QUOTES = 0x22222222;

/** The first quote in `view[from … end)`, or `end`. */
export const nextQuote = (view: DataView, from: number, end: number): number => {
  let at = from;
  for (; at + 8 <= end; at += 8) {
    const first = zeroBytes(view.getInt32(at, true) ^ QUOTES);
    const second = zeroBytes(view.getInt32(at + 4, true) ^ QUOTES);
    if (first !== 0) return at + firstFlag(first);
    if (second !== 0) return at + 4 + firstFlag(second);
  }
  while (at < end && view.getUint8(at) !== Ascii.quote) at++;
  return at;
};

/**
 * Where a request that begins at `from` ends: at the first quote that is not escaped with a backslash and is followed
 * by a space and a status (a digit or `-`), so that a quote which a server wrote unescaped does not end it. −1 when
 * there is none.
 */
export const endOfRequest = (view: DataView, from: number, end: number): number => {
  for (let at = nextQuote(view, from, end); at + 2 < end; at = nextQuote(view, at + 1, end)) {
    const closes = view.getUint8(at + 1) === Ascii.space && isStatus(view.getUint8(at + 2));
    if (closes && !isEscaped(view, from, at)) return at;
  }
  return -1;
};

/** Where a quoted field that begins at `from` ends: at the first quote that is not escaped and before a space or the end; or −1. */
export const endOfQuoted = (view: DataView, from: number, end: number): number => {
  for (let at = nextQuote(view, from, end); at < end; at = nextQuote(view, at + 1, end)) {
    if ((at + 1 === end || view.getUint8(at + 1) === Ascii.space) && !isEscaped(view, from, at)) return at;
  }
  return -1;
};

/** Whether a status may begin with this byte: a digit, or `-` when there was none. */
export const isStatus = (byte: number): boolean => isDigit(byte) || byte === Ascii.minus;

/** Whether an odd number of backslashes stands before `at`. */
const isEscaped = (view: DataView, from: number, at: number): boolean => {
  let first = at;
  while (first > from && view.getUint8(first - 1) === Ascii.backslash) first--;
  return (at - first) % 2 === 1;
};
