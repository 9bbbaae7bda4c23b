import {Ascii, indexOfByte, isDigit, lastIndexOfByte} from './formats/ascii.ts';
import type {RowSink} from './row-sink.ts';

/**
 * Client addresses in one spelling, so that one client is one key however a server writes it:
 *
 * - IPv4 as it is: `1.2.3.4`.
 * - IPv6 as RFC 5952 asks: lower case, no leading zeros, the longest run of two or more zero groups (the first of
 *   equals) as `::`: `2001:0DB8:0:0:0:0:0:1` → `2001:db8::1`. Brackets around it are removed.
 * - The zone is removed (`fe80::1%eth0` → `fe80::1`): it names an interface of the server, not the client.
 * - IPv4-mapped addresses are IPv4: `::ffff:1.2.3.4` and `::ffff:102:304` → `1.2.3.4`.
 * - Anything else (a host name) as it is.
 */
export class AddressNormalizer {
  /** Addresses that were written in another form. */
  changed = 0;
  // The last address that `read` saw: `bytes[start … end)`.
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  readonly #scratch = new Uint8Array(64);
  readonly #groups = new Uint16Array(8);

  /** Reads the address in `bytes[start … end)`; counts it when it is written in another form. */
  read(bytes: Uint8Array, start: number, end: number): void {
    // A colon comes within the first 6 bytes of any IPv6 address, so that host names and IPv4 cost a short look.
    const near = Math.min(end, start + 6);
    const length =
      indexOfByte(bytes, Ascii.colon, start, near) < near ? this.#canonical(bytes, start, end) : 0;
    this.#bytes = length === 0 ? bytes : this.#scratch;
    this.#start = length === 0 ? start : 0;
    this.#end = length === 0 ? end : length;
  }

  /** Sets a column to the address read, which stays valid until the next `read`. */
  setTo(sink: RowSink, column: number): void {
    sink.set(column, this.#bytes, this.#start, this.#end);
  }

  /** `read` and `setTo`, for an address that goes to one column. */
  set(sink: RowSink, column: number, bytes: Uint8Array, start: number, end: number): void {
    this.read(bytes, start, end);
    this.setTo(sink, column);
  }

  /** Writes the canonical text to the scratch and answers its length; 0 when the text is no IPv6 address or needs no change. */
  #canonical(bytes: Uint8Array, start: number, end: number): number {
    let from = start;
    let to = end;
    if (bytes[from] === Ascii.openBracket && bytes[to - 1] === Ascii.closeBracket) {
      from++;
      to--;
    }
    to = indexOfByte(bytes, Ascii.percent, from, to);
    if (!parseIpv6(bytes, from, to, this.#groups)) return 0;
    const length = isMapped(this.#groups)
      ? writeIpv4(this.#groups, this.#scratch)
      : writeIpv6(this.#groups, this.#scratch);
    let same = length === end - start;
    for (let i = 0; same && i < length; i++) same = this.#scratch[i] === bytes[start + i];
    if (same) return 0;
    this.changed++;
    return length;
  }
}

/** A sentence for the notes of a parser, or nothing when no address was changed. */
export const addressNotes = (normalizers: readonly AddressNormalizer[]): readonly string[] => {
  if (!normalizers.some(({changed}) => changed > 0)) return [];
  return [
    'client addresses written in another form were normalised (IPv6 in its short form without zone, IPv4-mapped as IPv4)',
  ];
};

/**
 * The key of a client address, with all addresses of one IPv6 network of `prefix` bits as one key, the way HTTP rate
 * limiters count them: `2001:db8:1234:5678::1`, 56 → `2001:db8:1234:5600::/56`. IPv4, also IPv4-mapped
 * (`::ffff:1.2.3.4`) and IPv4-compatible (`::1.2.3.4`), is the IPv4 address whatever the prefix. Without a prefix an
 * IPv6 address is its own key, as written; so is anything that is no address.
 */
export const ipKey = (text: string, prefix: number | undefined): string => {
  const bytes = new TextEncoder().encode(text);
  const groups = new Uint16Array(8);
  if (!parseIpv6(bytes, 0, indexOfByte(bytes, Ascii.percent, 0, bytes.length), groups)) return text;
  const scratch = new Uint8Array(64);
  const written = (length: number): string => new TextDecoder().decode(scratch.subarray(0, length));
  if (isMapped(groups) || isCompatible(groups)) return written(writeIpv4(groups, scratch));
  if (prefix === undefined) return text;
  for (let i = 0; i < 8; i++) {
    const bits = Math.min(16, Math.max(0, prefix - 16 * i));
    groups[i]! &= 0xffff << (16 - bits);
  }
  return `${written(writeIpv6(groups, scratch))}/${prefix}`;
};

/** ::ffff:0:0/96 */
const isMapped = (groups: Uint16Array): boolean => groups[5] === 0xffff && zeroUpTo(groups, 5);

/** ::/96 with a first byte other than 0, so that `::` and `::1` stay IPv6. */
const isCompatible = (groups: Uint16Array): boolean => groups[6]! > 0xff && zeroUpTo(groups, 6);

const zeroUpTo = (groups: Uint16Array, count: number): boolean => {
  for (let i = 0; i < count; i++) if (groups[i] !== 0) return false;
  return true;
};

const hexValue = (byte: number): number => {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/** Parses an IPv6 address (RFC 4291 2.2, no zone, no brackets) into its eight groups. */
const parseIpv6 = (bytes: Uint8Array, start: number, end: number, groups: Uint16Array): boolean => {
  let at = start;
  let count = 0;
  let gap = -1;
  if (end - start < 2 || end - start > 45) return false;
  if (bytes[at] === Ascii.colon) {
    if (bytes[at + 1] !== Ascii.colon) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    if (count === 8) return false;
    let value = 0;
    let digits = 0;
    const from = at;
    for (; at < end && digits <= 4; at++, digits++) {
      const hex = hexValue(bytes[at]!);
      if (hex < 0) break;
      value = value * 16 + hex;
    }
    if (at < end && bytes[at] === Ascii.dot) {
      if (count > 6 || !parseIpv4(bytes, from, end, groups, count)) return false;
      count += 2;
      break;
    }
    if (digits === 0 || digits > 4) return false;
    groups[count++] = value;
    if (at === end) break;
    if (bytes[at++] !== Ascii.colon) return false;
    if (at === end) return false;
    if (bytes[at] === Ascii.colon) {
      if (gap >= 0) return false;
      gap = count;
      at++;
    }
  }
  if (gap < 0) return count === 8;
  if (count === 8) return false;
  groups.copyWithin(8 - count + gap, gap, count);
  groups.fill(0, gap, 8 - count + gap);
  return true;
};

/** A dotted quad as the groups at `index` and `index + 1`. */
const parseIpv4 = (
  bytes: Uint8Array,
  start: number,
  end: number,
  groups: Uint16Array,
  index: number,
): boolean => {
  let at = start;
  for (let part = 0; part < 4; part++) {
    let value = 0;
    const from = at;
    for (; at < end && isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - 0x30;
    const length = at - from;
    if (length === 0 || length > 3 || value > 255 || (length > 1 && bytes[from] === Ascii.zero)) return false;
    if (part < 3 && bytes[at++] !== Ascii.dot) return false;
    const group = index + (part >> 1);
    groups[group] = part % 2 === 0 ? value << 8 : groups[group]! | value;
  }
  return at === end;
};

const writeIpv4 = (groups: Uint16Array, to: Uint8Array): number => {
  let at = 0;
  for (let part = 0; part < 4; part++) {
    const value = (groups[6 + (part >> 1)]! >> (part % 2 === 0 ? 8 : 0)) & 0xff;
    if (part > 0) to[at++] = Ascii.dot;
    if (value >= 100) to[at++] = Ascii.zero + Math.floor(value / 100);
    if (value >= 10) to[at++] = Ascii.zero + (Math.floor(value / 10) % 10);
    to[at++] = Ascii.zero + (value % 10);
  }
  return at;
};

const HEX = new TextEncoder().encode('0123456789abcdef');

const writeIpv6 = (groups: Uint16Array, to: Uint8Array): number => {
  let gap = 8;
  let gapEnd = 8;
  for (let i = 0; i < 8; ) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i >= 2 && j - i > gapEnd - gap) [gap, gapEnd] = [i, j];
    i = j + 1;
  }
  let at = 0;
  for (let i = 0; i < 8; i++) {
    if (i === gap) {
      to[at++] = Ascii.colon;
      to[at++] = Ascii.colon;
      i = gapEnd - 1;
      continue;
    }
    if (i > 0 && i !== gapEnd) to[at++] = Ascii.colon;
    const group = groups[i]!;
    for (let shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
      to[at++] = HEX[(group >> shift) & 15]!;
    }
  }
  return at;
};

/**
 * Where the address ends in `1.2.3.4:44740`, `2001:db8::1:44740` or `[2001:db8::1]:44740`, which always have a port: before
 * its colon. (`withoutPort` is for texts that may have none.)
 */
export const endOfAddress = (bytes: Uint8Array, start: number, end: number): number => {
  const colon = lastIndexOfByte(bytes, Ascii.colon, start, end);
  if (colon < 0 || colon + 1 === end) return end;
  for (let at = colon + 1; at < end; at++) if (!isDigit(bytes[at]!)) return end;
  return colon;
};
