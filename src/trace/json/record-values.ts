import {type ObjectScanner, ValueKind} from './object-scanner.ts';
import {unescapeJson} from './unescape-json.ts';

const NOTHING = new Uint8Array(0);

/** The values of one scanned record as ranges of bytes; strings with escapes are written out into memory of its own. */
export class RecordValues {
  readonly scanner: ObjectScanner;
  /** The record. */
  bytes: Uint8Array = NOTHING;
  /** What `text` found: `source[from … to)`. Stays unchanged until the next record. */
  source: Uint8Array = NOTHING;
  from = 0;
  to = 0;
  #scratch = new Uint8Array(256);
  #used = 0;

  constructor(scanner: ObjectScanner) {
    this.scanner = scanner;
  }

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#used = 0;
  }

  /** Index of the first slot that has a value; `null` is none. −1 when there is none. */
  firstPresent(slots: readonly number[]): number {
    for (let i = 0; i < slots.length; i++) {
      const kind = this.scanner.kindOf(slots[i]!);
      if (kind !== ValueKind.absent && kind !== ValueKind.null) return i;
    }
    return -1;
  }

  /** Whether one of the slots was met, be it with `null`. */
  isMet(slots: readonly number[]): boolean {
    return slots.some((slot) => this.scanner.kindOf(slot) !== ValueKind.absent);
  }

  /** Finds the text of a value: of a string its characters, of anything else the JSON as it stands there. */
  text(slot: number): void {
    const scanner = this.scanner;
    this.source = this.bytes;
    this.from = scanner.starts[slot]!;
    this.to = scanner.ends[slot]!;
    if (scanner.kindOf(slot) !== ValueKind.escapedText) return;
    const length = this.to - this.from;
    if (this.#used + length > this.#scratch.length) {
      // Values already handed out keep the old memory.
      this.#scratch = new Uint8Array(Math.max(length, 2 * this.#scratch.length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used = unescapeJson(this.bytes, this.from, this.to, this.#scratch, start);
    this.source = this.#scratch;
    this.from = start;
    this.to = this.#used;
  }
}
