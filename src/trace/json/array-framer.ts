import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A longer element is no request, and its bytes must stay in memory until it ends. */
const MAX_ELEMENT_BYTES = 1 << 20;

/** An element, and where it begins: physical line and column in bytes, from 1. */
export type OnElement = (start: number, end: number, line: number, column: number) => void;

type State = 'before-array' | 'first-element' | 'next-element' | 'in-element' | 'after-element' | 'done';

/**
 * Cuts the elements out of one JSON array. Only what separates them is checked; their own syntax is the parser's.
 *
 * Feed it like a `RecordReader`: bytes in order, and what `push` says is unfinished again, followed by what comes next.
 * Nothing is looked at twice. A byte order mark is not its business.
 */
export class ArrayFramer {
  readonly #file: string;
  #state: State = 'before-array';
  /** Of the byte that is looked at. */
  #line = 1;
  /** Position in the file of the byte `from` of the current push, and of the first byte of the current line. */
  #offset = 0;
  #lineOffset = 0;
  /** Bytes of the unfinished element that were looked at. */
  #scanned = 0;
  #elementLine = 1;
  #elementColumn = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** `file` is for error texts. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Physical lines begun so far. */
  get lines(): number {
    return this.#line;
  }

  /**
   * Hands out all whole elements of `bytes[from … to)`. Returns where the unfinished element begins: present its bytes
   * again, contiguous with those that follow. With `last` nothing follows. Throws a RatectlError with file, line and column
   * for a missing comma, for anything after the array, and for an array that does not end.
   */
  push(bytes: Uint8Array, from: number, to: number, last: boolean, onElement: OnElement): number {
    let start = from;
    let i = from + this.#scanned;
    while (i < to) {
      if (this.#state === 'in-element') {
        i = this.#skipElement(bytes, i, to, from);
        if (this.#state === 'in-element') break;
        onElement(start, i, this.#elementLine, this.#elementColumn);
        continue;
      }
      const byte = bytes[i]!;
      if (byte === LF) this.#newLine(i - from);
      else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) {
        start = i;
        if (this.#separator(bytes, i, to, i - from)) {
          this.#begin(i - from);
          continue;
        }
      }
      i++;
    }
    const inElement = this.#state === 'in-element';
    if (inElement && (last || to - start > MAX_ELEMENT_BYTES)) {
      throw this.#fault(
        last
          ? 'the file ends inside an element of the JSON array'
          : 'an element of the JSON array is longer than 1 MiB',
        this.#elementLine,
        this.#elementColumn,
      );
    }
    if (last && this.#state !== 'done')
      throw this.#fault('the JSON array does not end: expected "]"', this.#line, this.#column(to - from));
    const rest = inElement ? start : to;
    this.#scanned = to - rest;
    this.#offset += rest - from;
    return rest;
  }

  /** Takes a byte between elements; true when an element begins at it. */
  #separator(bytes: Uint8Array, at: number, to: number, distance: number): boolean {
    const byte = bytes[at]!;
    switch (this.#state) {
      case 'before-array':
        if (byte !== OPEN_BRACKET) throw this.#unexpected('a JSON array "["', bytes, at, to, distance);
        this.#state = 'first-element';
        return false;
      case 'first-element':
      case 'next-element':
        if (byte === CLOSE_BRACKET && this.#state === 'first-element') {
          this.#state = 'done';
          return false;
        }
        if (byte < 0x20 || byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE)
          throw this.#unexpected('an element of the array', bytes, at, to, distance);
        return true;
      case 'after-element':
        if (byte === COMMA) this.#state = 'next-element';
        else if (byte === CLOSE_BRACKET) this.#state = 'done';
        else throw this.#unexpected('"," or "]" after an element of the array', bytes, at, to, distance);
        return false;
      default:
        throw this.#unexpected('nothing after the array', bytes, at, to, distance);
    }
  }

  #begin(distance: number): void {
    this.#state = 'in-element';
    this.#elementLine = this.#line;
    this.#elementColumn = this.#column(distance);
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Goes on inside an element, to its end or to that of the bytes. `origin` is where the push began. */
  #skipElement(bytes: Uint8Array, from: number, to: number, origin: number): number {
    let i = from;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let ended = false;
    for (; i < to; i++) {
      const byte = bytes[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          ended = depth === 0;
        }
        // A raw line end in a string is for the parser to refuse; lines are counted all the same.
        if (byte === LF) this.#newLine(i - origin);
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        // Of an element that is no object or array, this is the bracket that closes the array.
        if (depth === 0) break;
        ended = --depth === 0;
      } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) break;
      else if (byte === LF) this.#newLine(i - origin);
      if (ended) break;
    }
    if (i < to) {
      this.#state = 'after-element';
      return ended ? i + 1 : i;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return i;
  }

  #newLine(distance: number): void {
    this.#line++;
    this.#lineOffset = this.#offset + distance + 1;
  }

  #column(distance: number): number {
    return this.#offset + distance - this.#lineOffset + 1;
  }

  #unexpected(expected: string, bytes: Uint8Array, at: number, to: number, distance: number): RatectlError {
    const found = new TextDecoder().decode(bytes.subarray(at, Math.min(to, at + 20))).split(/[\r\n]/)[0]!;
    return this.#fault(
      `expected ${expected}, found ${quoted(found, 20)}`,
      this.#line,
      this.#column(distance),
    );
  }

  #fault(message: string, line: number, column: number): RatectlError {
    return new RatectlError(message, {code: 'trace/json-array', where: {file: this.#file, line, column}});
  }
}
