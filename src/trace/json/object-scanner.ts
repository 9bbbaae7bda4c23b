import type {FieldSlots} from './field-slots.ts';
import {type Member, type MemberTable, UNWANTED} from './member-table.ts';
import {MAX_DEPTH, skipNumber, skipSpace, skipStringRest, skipValue, skipWord} from './skip-value.ts';
import {unescapeJson} from './unescape-json.ts';

/** What a slot holds after a scan. */
export const ValueKind = {
  absent: 0,
  text: 1,
  escapedText: 2,
  number: 3,
  boolean: 4,
  null: 5,
  object: 6,
  array: 7,
} as const;
export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Longer records are not worth learning. */
export const MAX_TRAIL = 64;
export const TRAIL_STRIDE = 4;
const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/**
 * Reads one JSON object from bytes, checks all of it, and notes where the wanted values are. Nothing is allocated for
 * an object like those before it.
 *
 * Positions are answered as in `skip-value.ts`: `~position` (negative) says where the text is wrong.
 */
export class ObjectScanner {
  /** Of a slot's value, the quotes of a string not counted. Valid only where `kindOf` says that there is one. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** A whole number of at most 15 digits; NaN for other numbers, which are to be read from their digits. */
  readonly integers: Float64Array;
  /** The member that appeared twice, when that is why the scan failed. */
  duplicate: Member | null = null;
  readonly #kinds: Uint8Array;
  /** The scan in which a slot was last filled: so that nothing needs to be cleared. */
  readonly #stamps: Int32Array;
  readonly #root: MemberTable;
  /**
   * Slot (or `UNWANTED`), start, end (quotes included) and depth of each value that was not entered, in order: what a
   * `Shape` is made from.
   */
  readonly trail = new Int32Array(TRAIL_STRIDE * MAX_TRAIL);
  /** How many values the trail has; more than `MAX_TRAIL` when it is incomplete. */
  trailLength = 0;
  #scan = 0;
  /** What `#unexpected` found. */
  #found: Member | null = null;

  constructor(fields: FieldSlots) {
    this.#root = fields.root;
    this.starts = new Int32Array(fields.count);
    this.ends = new Int32Array(fields.count);
    this.integers = new Float64Array(fields.count);
    this.#kinds = new Uint8Array(fields.count);
    this.#stamps = new Int32Array(fields.count);
  }

  kindOf(slot: number): ValueKind {
    return this.#stamps[slot] === this.#scan ? (this.#kinds[slot] as ValueKind) : ValueKind.absent;
  }

  /** Scans the object that begins at `from` and must end at `end`, but for white space. Answers `end` or `~position`. */
  scan(bytes: Uint8Array, from: number, end: number): number {
    if (this.#scan === 0x3fffffff) {
      this.#scan = 0;
      this.#stamps.fill(0);
    }
    this.#scan++;
    this.duplicate = null;
    this.trailLength = 0;
    if (from >= end || bytes[from] !== OPEN_BRACE) return ~from;
    const after = this.#members(bytes, from, end, this.#root, 1);
    if (after < 0 || after === end) return after;
    const rest = skipSpace(bytes, after, end);
    return rest === end ? end : ~rest;
  }

  #members(bytes: Uint8Array, from: number, end: number, table: MemberTable, depth: number): number {
    if (depth > MAX_DEPTH) return ~from;
    let i = from + 1;
    if (i < end && bytes[i]! <= SPACE) i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === CLOSE_BRACE) return i + 1;
    let previous: Member | null = null;
    for (;;) {
      if (i >= end || bytes[i] !== QUOTE) return ~i;
      i++;
      let member: Member | null = previous === null ? table.first : previous.next;
      if (member !== null && isNamed(member.name, bytes, i, end)) {
        i += member.name.length + 1;
      } else {
        i = this.#unexpected(bytes, i, end, table);
        if (i < 0) return i;
        member = this.#found;
        if (member?.plain) {
          if (previous === null) table.first = member;
          else previous.next = member;
        }
      }
      if (i < end && bytes[i] !== COLON) i = skipSpace(bytes, i, end);
      if (i >= end || bytes[i] !== COLON) return ~i;
      i++;
      if (i < end && bytes[i]! <= SPACE) i = skipSpace(bytes, i, end);
      const start = i;
      if (member === null || member.slot === UNWANTED) i = skipValue(bytes, i, end, depth);
      else i = this.#value(bytes, i, end, member, depth);
      if (i < 0) return i;
      this.#leave(member, bytes[start]!, start, i, depth);
      if (i < end && bytes[i]! <= SPACE) i = skipSpace(bytes, i, end);
      if (i >= end) return ~i;
      const byte = bytes[i]!;
      if (byte === CLOSE_BRACE) return i + 1;
      if (byte !== COMMA) return ~i;
      i++;
      if (i < end && bytes[i]! <= SPACE) i = skipSpace(bytes, i, end);
      if (member !== null) previous = member;
    }
  }

  /** Adds a value to the trail, unless those inside it are there already. */
  #leave(member: Member | null, first: number, start: number, after: number, depth: number): void {
    if (member !== null && member.inside !== null && (first === OPEN_BRACE || first === OPEN_BRACKET)) return;
    const at = TRAIL_STRIDE * this.trailLength++;
    if (at >= this.trail.length) return;
    this.trail[at] = member === null ? UNWANTED : member.slot;
    this.trail[at + 1] = start;
    this.trail[at + 2] = after;
    this.trail[at + 3] = depth;
  }

  /** Reads the name of a member that was not foreseen, from after its opening quote to after its closing one. */
  #unexpected(bytes: Uint8Array, from: number, end: number, table: MemberTable): number {
    const after = skipStringRest(bytes, from, end);
    if (after < 0) return after;
    const escaped = bytes.subarray(from, after - 1).includes(BACKSLASH);
    if (escaped) {
      const name = new Uint8Array(after - 1 - from);
      this.#found = table.of(name, 0, unescapeJson(bytes, from, after - 1, name, 0));
    } else {
      this.#found = table.of(bytes, from, after - 1);
    }
    return after;
  }

  /** Notes a wanted value. */
  #value(bytes: Uint8Array, from: number, end: number, member: Member, depth: number): number {
    if (from >= end) return ~end;
    const slot = member.slot;
    if (this.#stamps[slot] === this.#scan) {
      this.duplicate = member;
      return ~from;
    }
    this.#stamps[slot] = this.#scan;
    const byte = bytes[from]!;
    if (byte === QUOTE) {
      const start = from + 1;
      let i = start;
      while (i < end) {
        const c = bytes[i]!;
        if (c === QUOTE) {
          this.#kinds[slot] = ValueKind.text;
          this.starts[slot] = start;
          this.ends[slot] = i;
          return i + 1;
        }
        if (c === BACKSLASH || c < SPACE) break;
        i++;
      }
      return this.#note(slot, ValueKind.escapedText, start, skipStringRest(bytes, i, end), 1);
    }
    if ((byte - 0x30) >>> 0 <= 9) return this.#number(bytes, from, end, slot);
    return this.#otherValue(bytes, from, end, member, depth);
  }

  /** A number that begins with a digit. Short whole ones are computed on the way, in two halves that fit 32 bits. */
  #number(bytes: Uint8Array, from: number, end: number, slot: number): number {
    let i = from;
    let high = 0;
    const half = Math.min(end, from + 9);
    for (; i < half; i++) {
      const digit = bytes[i]! - 0x30;
      if (digit >>> 0 > 9) break;
      high = (Math.imul(high, 10) + digit) | 0;
    }
    let value = high;
    if (i === from + 9) {
      let low = 0;
      const rest = Math.min(end, i + 6);
      for (; i < rest; i++) {
        const digit = bytes[i]! - 0x30;
        if (digit >>> 0 > 9) break;
        low = (Math.imul(low, 10) + digit) | 0;
      }
      value = high * POWERS[i - from - 9]! + low;
    }
    const next = i < end ? bytes[i]! : 0;
    const plain = (next - 0x30) >>> 0 > 9 && next !== 0x2e && (next | 0x20) !== 0x65;
    if (!plain || (bytes[from] === 0x30 && i > from + 1)) {
      this.integers[slot] = Number.NaN;
      return this.#note(slot, ValueKind.number, from, skipNumber(bytes, from, end), 0);
    }
    this.integers[slot] = value;
    this.#kinds[slot] = ValueKind.number;
    this.starts[slot] = from;
    this.ends[slot] = i;
    return i;
  }

  #otherValue(bytes: Uint8Array, from: number, end: number, member: Member, depth: number): number {
    const {slot, inside} = member;
    switch (bytes[from]) {
      case 0x2d:
        this.integers[slot] = Number.NaN;
        return this.#note(slot, ValueKind.number, from, skipNumber(bytes, from, end), 0);
      case OPEN_BRACE:
        return this.#note(
          slot,
          ValueKind.object,
          from,
          inside === null
            ? skipValue(bytes, from, end, depth)
            : this.#members(bytes, from, end, inside, depth + 1),
          0,
        );
      case OPEN_BRACKET:
        return this.#note(
          slot,
          ValueKind.array,
          from,
          inside === null
            ? skipValue(bytes, from, end, depth)
            : this.#elements(bytes, from, end, inside, depth + 1),
          0,
        );
      default: {
        const kind = bytes[from] === 0x6e ? ValueKind.null : ValueKind.boolean;
        return this.#note(slot, kind, from, skipWord(bytes, from, end), 0);
      }
    }
  }

  #elements(bytes: Uint8Array, from: number, end: number, table: MemberTable, depth: number): number {
    if (depth > MAX_DEPTH) return ~from;
    let i = skipSpace(bytes, from + 1, end);
    if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
    for (let index = 0; ; index++) {
      const element = table.elements[index];
      const start = i;
      i =
        element === undefined ? skipValue(bytes, i, end, depth) : this.#value(bytes, i, end, element, depth);
      if (i < 0) return i;
      this.#leave(element ?? null, bytes[start]!, start, i, depth);
      i = skipSpace(bytes, i, end);
      if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
      if (i >= end || bytes[i] !== COMMA) return ~i;
      i = skipSpace(bytes, i + 1, end);
    }
  }

  /** Notes a value that ends at `after` less `closing` bytes, unless it is wrong. */
  #note(slot: number, kind: ValueKind, start: number, after: number, closing: number): number {
    this.#kinds[slot] = kind;
    this.starts[slot] = start;
    this.ends[slot] = after - closing;
    return after;
  }
}

/** Whether a name and its closing quote stand at `at`. */
const isNamed = (name: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean => {
  const length = name.length;
  if (at + length >= end || bytes[at + length] !== QUOTE) return false;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
};
