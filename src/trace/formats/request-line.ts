import type {RowSink} from '../row-sink.ts';
import {Ascii, indexOfByte, isDigit, isLetter, lastIndexOfByte} from './ascii.ts';

/**
 * The parts of a request line, `GET /a%20b?c=d HTTP/1.1`, as ranges of the bytes it was read from. A target may hold
 * raw spaces, and the protocol may be missing (HTTP/0.9). What is no request line at all (TLS sent to an HTTP port)
 * has empty parts.
 */
export class RequestLine {
  methodStart = 0;
  methodEnd = 0;
  /** The target as written. */
  urlStart = 0;
  urlEnd = 0;
  protocolStart = 0;
  protocolEnd = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.methodStart =
      this.methodEnd =
      this.urlStart =
      this.urlEnd =
      this.protocolStart =
      this.protocolEnd =
        start;
    let at = start;
    while (at < end && isMethodByte(bytes[at]!)) at++;
    if (at === start || at + 1 >= end || bytes[at] !== Ascii.space) return;
    const lastSpace = lastIndexOfByte(bytes, Ascii.space, at + 1, end);
    const protocol = lastSpace > at + 1 && isProtocol(bytes, lastSpace + 1, end) ? lastSpace : end;
    this.methodEnd = at;
    this.urlStart = at + 1;
    this.urlEnd = protocol;
    this.protocolStart = Math.min(end, protocol + 1);
    this.protocolEnd = end;
  }
}

// M-SEARCH, VERSION-CONTROL, RPC_IN_DATA.
const isMethodByte = (byte: number): boolean => isLetter(byte) || byte === Ascii.minus || byte === 0x5f;

/** `HTTP/1.1`, `HTTP/2`, `RTSP/1.0`. */
const isProtocol = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (at < end && isLetter(bytes[at]!)) at++;
  if (at === start || bytes[at] !== Ascii.slash || at + 1 >= end) return false;
  for (at++; at < end; at++) if (!isDigit(bytes[at]!) && bytes[at] !== Ascii.dot) return false;
  return true;
};

/** Where the path of a target begins: behind `http://host:port` in the absolute form; `end` when that has none. */
export const pathStart = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && isLetter(bytes[at]!)) at++;
  const absolute =
    at > start &&
    at + 2 < end &&
    bytes[at] === Ascii.colon &&
    bytes[at + 1] === Ascii.slash &&
    bytes[at + 2] === Ascii.slash;
  return absolute ? indexOfByte(bytes, Ascii.slash, at + 3, end) : start;
};

/** Where the path that begins at `start` ends: before the query. */
export const pathEnd = (bytes: Uint8Array, start: number, end: number): number =>
  indexOfByte(bytes, Ascii.question, start, end);

/** Sets a column to the path of a request target: `/a` of `/a?b` and of `https://host/a`. */
export const setPath = (
  sink: RowSink,
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void => {
  const from = pathStart(bytes, start, end);
  sink.set(column, bytes, from, pathEnd(bytes, from, end));
};
