import {quoted} from '../../base/safe-text.ts';
import {textOf} from '../formats/ascii.ts';
import {MAX_DEPTH} from './skip-value.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether `at` lies inside a string of the text that begins at `start`, which is valid up to there. */
const isInString = (bytes: Uint8Array, start: number, at: number): boolean => {
  let inside = false;
  for (let i = start; i < at; i++) {
    if (bytes[i] === QUOTE) inside = !inside;
    else if (inside && bytes[i] === BACKSLASH) i++;
    if (inside && i >= at) return true; // an escape that is wrong
  }
  return inside;
};

const depthAt = (bytes: Uint8Array, start: number, at: number): number => {
  let depth = 0;
  for (let i = start; i < at; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) for (i++; i < at && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return depth;
};

/** The word, number or sign at a place. */
const tokenAt = (bytes: Uint8Array, at: number, end: number): string => {
  let to = at;
  while (to < end && to - at < 40 && /[\w.+-]/.test(String.fromCharCode(bytes[to]!))) to++;
  if (to === at) for (to++; to < end && (bytes[to]! & 0xc0) === 0x80; ) to++;
  return quoted(textOf(bytes, at, to), 40);
};

/**
 * Why `bytes[start … end)` is not a JSON object, given that it is valid up to `at`: a sentence for people. Only called
 * for bad records.
 */
export const explainJsonError = (bytes: Uint8Array, start: number, end: number, at: number): string => {
  if (isInString(bytes, start, Math.min(at, end))) {
    if (at >= end) return 'the JSON object ends in the middle of a string';
    if (bytes[at]! < 0x20)
      return `control character ${quoted(String.fromCharCode(bytes[at]!))} inside a JSON string: expected an escape`;
    return `${tokenAt(bytes, at, at + 1)} is no JSON escape`;
  }
  if (at >= end) return 'the JSON object ends too early';
  const depth = depthAt(bytes, start, at);
  if (depth >= MAX_DEPTH) return `JSON nested more than ${MAX_DEPTH} levels deep`;
  const token = tokenAt(bytes, at, end);
  if (depth === 0) return `${token} after the JSON object`;
  if (bytes[at] === 0x2f || bytes[at] === 0x23) return `unexpected ${token}: JSON has no comments`;
  if (bytes[at] === 0x27) return `unexpected ${token}: JSON strings have double quotes`;
  if (bytes[at] === 0x7d || bytes[at] === 0x5d) {
    const before = textOf(bytes, Math.max(start, at - 40), at).trimEnd();
    if (before.endsWith(',')) return `unexpected ${token}: JSON has no comma after the last element`;
  }
  if (/^"[-+]?(NaN|Infinity|inf|undefined|None|True|False)/i.test(token)) return `${token} is no JSON value`;
  return `unexpected ${token} in the JSON object`;
};
