import {bytesOf, equalBytes} from '../formats/ascii.ts';
import {parseRfc3339} from '../time/rfc3339.ts';
import {skipSpace} from './skip-value.ts';

const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const STDOUT = bytesOf('stdout');
const STDERR = bytesOf('stderr');

const isNameByte = (byte: number): boolean =>
  (byte - 0x30) >>> 0 <= 9 ||
  ((byte | 0x20) - 0x61) >>> 0 <= 25 ||
  byte === 0x2d ||
  byte === 0x2e ||
  byte === 0x5f;

const wordEnd = (bytes: Uint8Array, from: number, end: number): number => {
  let i = from;
  while (i < end && bytes[i]! > SPACE) i++;
  return i;
};

/** `2025-12-31T17:40:00.000000100+01:00 stdout F {`: what containerd and CRI-O put before a line. */
const afterCri = (bytes: Uint8Array, start: number, end: number): number => {
  const timeEnd = wordEnd(bytes, start, end);
  if (timeEnd - start < 20 || parseRfc3339(bytes, start, timeEnd) < 0) return -1;
  const stream = timeEnd + 1;
  const streamEnd = wordEnd(bytes, stream, end);
  if (!equalBytes(bytes, stream, streamEnd, STDOUT) && !equalBytes(bytes, stream, streamEnd, STDERR))
    return -1;
  const tag = streamEnd + 1;
  const tagEnd = wordEnd(bytes, tag, end);
  return tagEnd - tag === 1 && (bytes[tag] === 0x46 || bytes[tag] === 0x50)
    ? skipSpace(bytes, tagEnd, end)
    : -1;
};

/** `caddy  | {`: what `docker compose logs` puts before a line. */
const afterCompose = (bytes: Uint8Array, start: number, end: number): number => {
  let i = start;
  while (i < end && isNameByte(bytes[i]!)) i++;
  if (i === start || bytes[i] !== SPACE) return -1;
  while (i < end && bytes[i] === SPACE) i++;
  return i < end && bytes[i] === 0x7c ? skipSpace(bytes, i + 1, end) : -1;
};

/**
 * Where the JSON object of a line begins: after white space and after what container runtimes put before a line. −1
 * when the line has none.
 */
export const skipLogPrefix = (bytes: Uint8Array, start: number, end: number): number => {
  let at = skipSpace(bytes, start, end);
  if (at < end && bytes[at] === OPEN_BRACE) return at;
  at = afterCri(bytes, at, end);
  if (at < 0) at = afterCompose(bytes, skipSpace(bytes, start, end), end);
  return at >= 0 && at < end && bytes[at] === OPEN_BRACE ? at : -1;
};
