/**
 * Values of structured fields (RFC 9651), for names and keys that nobody has checked. What comes out is ASCII without
 * control characters, whatever goes in: it cannot end the field or begin another.
 */

/** The largest Integer of RFC 9651 3.3.1: 15 digits. */
export const MAX_INTEGER = 999_999_999_999_999;

/**
 * A String: `a"b` → `"a\"b"`. A String holds printable ASCII only: any other character, and `%`, is written as the
 * percent-encoded bytes of its UTF-8, so that two texts never become one.
 */
export const fieldString = (text: string): string =>
  `"${text.toWellFormed().replace(UNPRINTABLE, encodeURIComponent).replace(QUOTED, '\\$&')}"`;

/** An Integer from 0 on: rounded up, at most `MAX_INTEGER`; what is no number is 0. */
export const fieldInteger = (value: number): string =>
  String(value > 0 ? Math.min(Math.ceil(value), MAX_INTEGER) : 0);

/** A Byte Sequence: `:dGVuYW50:`. */
export const fieldBytes = (bytes: Uint8Array): string =>
  `:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}:`;

/** Everything but printable ASCII, and the percent sign; whole code points, as `encodeURIComponent` wants them. */
const UNPRINTABLE = /[^\x20-\x24\x26-\x7e]/gu;
const QUOTED = /["\\]/g;
