import {RatectlError} from '../../base/ratectl-error.ts';
import {charactersIn} from '../characters-in.ts';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** A record this long means a quote that was never closed, or no table at all. */
const MAX_RECORD_BYTES = 1 << 20;

/** A record, without its line end, and the physical line it begins in. */
export type OnRecord = (start: number, end: number, line: number) => void;

/**
 * Cuts a table into records: at line ends (LF or CR LF) outside quotes. A quote opens a quoted cell only at the
 * beginning of a cell; anywhere else it is left to the parser to complain about, so that one stray quote spoils one
 * record and not the rest of the file.
 *
 * Feed it like a `RecordReader`: bytes in order, and what `push` says is unfinished again, followed by what comes next.
 * Nothing is looked at twice. Blank lines are left out and counted.
 */
export class RecordFramer {
  /** Physical lines of the records handed out so far, blank ones included. */
  lines = 0;
  blank = 0;
  readonly #file: string;
  readonly #delimiter: number;
  /** Bytes of the unfinished record that need not be looked at again. */
  #scanned = 0;
  /** Inside a quoted cell, which began at this offset of the record; −1 outside. */
  #openAt = -1;
  #hasQuotes = false;

  /** `delimiter` is a byte; `file` is for error texts. */
  constructor(file: string, delimiter: number) {
    this.#file = file;
    this.#delimiter = delimiter;
  }

  /**
   * Hands out all whole records of `bytes[from … to)`, and with `last` also one without line end. Returns where the
   * unfinished record begins: present its bytes again, contiguous with those that follow. Throws a RatectlError with file
   * and line for a quote that is never closed.
   */
  push(bytes: Uint8Array, from: number, to: number, last: boolean, onRecord: OnRecord): number {
    const text = to === bytes.length ? bytes : bytes.subarray(0, to);
    let start = from;
    let at = from + this.#scanned;
    // Where the next quote is, as far as known: most tables have none, and each is looked for once.
    let quote = -1;
    for (;;) {
      if (this.#openAt >= 0) {
        at = this.#closeQuote(text, at, last);
        if (this.#openAt >= 0) {
          if (last) throw this.#unclosed(text, start, 'is never closed');
          break;
        }
      }
      if (quote < at) quote = indexOrEnd(text, QUOTE, at);
      const lineEnd = text.indexOf(LF, at);
      if (quote < to && (lineEnd < 0 || quote < lineEnd)) {
        this.#hasQuotes = true;
        if (quote === start || text[quote - 1] === this.#delimiter) this.#openAt = quote - start;
        at = quote + 1;
        continue;
      }
      if (lineEnd < 0) {
        at = to;
        if (last && start < to) {
          this.#emit(text, start, to, onRecord);
          start = to;
        }
        break;
      }
      this.#emit(text, start, lineEnd, onRecord);
      start = at = lineEnd + 1;
    }
    if (to - start > MAX_RECORD_BYTES) {
      throw this.#openAt < 0
        ? this.#fault('the record is longer than 1 MiB', this.lines + 1)
        : this.#unclosed(text, start, 'is not closed within 1 MiB');
    }
    this.#scanned = at - start;
    return start;
  }

  /** Looks for the quote that closes the cell; a doubled one does not. Answers from where to go on. */
  #closeQuote(text: Uint8Array, from: number, last: boolean): number {
    for (let at = from; ; ) {
      const quote = text.indexOf(QUOTE, at);
      if (quote < 0) return text.length;
      // The next bytes tell whether it is doubled.
      if (quote + 1 === text.length && !last) return quote;
      if (text[quote + 1] !== QUOTE) {
        this.#openAt = -1;
        return quote + 1;
      }
      at = quote + 2;
    }
  }

  #emit(text: Uint8Array, start: number, lineEnd: number, onRecord: OnRecord): void {
    const end = lineEnd > start && text[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    const line = this.lines + 1;
    this.lines += 1 + (this.#hasQuotes ? countLines(text, start, lineEnd) : 0);
    this.#hasQuotes = false;
    if (isBlank(text, start, end)) this.blank++;
    else onRecord(start, end, line);
  }

  #unclosed(text: Uint8Array, start: number, what: string): RatectlError {
    const quote = start + this.#openAt;
    const lineStart = Math.max(start, text.lastIndexOf(LF, quote) + 1);
    const column = charactersIn(text, lineStart, quote) + 1;
    return this.#fault(
      `unbalanced quote: the one that opens here ${what}`,
      this.lines + 1 + countLines(text, start, quote),
      column,
    );
  }

  #fault(message: string, line: number, column?: number): RatectlError {
    return new RatectlError(message, {
      code: 'trace/csv',
      hint: 'a quote inside a quoted cell is written twice: "say ""hello"""',
      where: {file: this.#file, line, ...(column === undefined ? {} : {column})},
    });
  }
}

const indexOrEnd = (text: Uint8Array, byte: number, from: number): number => {
  const found = text.indexOf(byte, from);
  return found < 0 ? text.length : found;
};

const countLines = (text: Uint8Array, start: number, end: number): number => {
  let lines = 0;
  for (let at = text.indexOf(LF, start); at >= 0 && at < end; at = text.indexOf(LF, at + 1)) lines++;
  return lines;
};

const isBlank = (text: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (text[i] !== 0x20) return false;
  return true;
};
