/** Below this length a loop beats the call into `set`. */
const SHORT = 24;
const ZERO = 0x30;

/** Bytes under construction. Callers flush before it is full: only `piece` of one line must fit. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  piece(piece: Uint8Array): void {
    const size = piece.length;
    if (size > SHORT) {
      this.bytes.set(piece, this.length);
      this.length += size;
      return;
    }
    const bytes = this.bytes;
    let at = this.length;
    for (let i = 0; i < size; i++) bytes[at++] = piece[i]!;
    this.length = at;
  }

  byte(byte: number): void {
    this.bytes[this.length++] = byte;
  }

  /** A whole number 0 … 2^53 − 1 in decimal digits. */
  number(value: number): void {
    if (value > 0x7fffffff) {
      const high = Math.floor(value / 1e9);
      this.number(high);
      this.#digits(value - high * 1e9, 9);
    } else {
      let width = 1;
      for (let bound = 10; bound <= value; bound *= 10) width++;
      this.#digits(value, width);
    }
  }

  /** Decimal digits with zeros in front: `padded(7, 3)` writes 007. */
  padded(value: number, width: number): void {
    this.#digits(value, width);
  }

  #digits(value: number, width: number): void {
    const bytes = this.bytes;
    const start = this.length;
    let rest = value | 0;
    for (let at = start + width - 1; at >= start; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length = start + width;
  }
}
