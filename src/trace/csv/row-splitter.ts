const QUOTE = 0x22;
const TAB = 0x09;

export type RowFault =
  | 'text after the closing quote of a cell'
  | 'a quote inside a cell that does not begin with one'
  | 'a quote that is never closed';

/**
 * Splits a record into cells, RFC 4180: a cell may be put in quotes, and a quote inside it is doubled. Tables with tabs
 * rarely follow that, so that with them a quote in the middle of a cell is just text.
 */
export class RowSplitter {
  /** Of each cell, without its quotes; the first `kept` cells only. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 for a cell in which doubled quotes are to be made single. */
  readonly doubled: Uint8Array;
  /** Where the last cell begins that is not empty among those not kept; −1 when they all are. */
  surplusAt = -1;
  fault: RowFault | undefined;
  faultAt = 0;
  readonly #delimiter: number;
  readonly #kept: number;

  constructor(delimiter: number, kept: number) {
    this.#delimiter = delimiter;
    this.#kept = kept;
    this.starts = new Int32Array(kept);
    this.ends = new Int32Array(kept);
    this.doubled = new Uint8Array(kept);
  }

  /** Answers the number of cells in `bytes[start … end)`; −1 when a quote is wrong, and `fault` says how. */
  split(bytes: Uint8Array, start: number, end: number): number {
    const delimiter = this.#delimiter;
    this.surplusAt = -1;
    let i = start;
    for (let cell = 0; ; ) {
      const from = i;
      if (i < end && bytes[i] === QUOTE) {
        i = this.#quoted(bytes, from, end, cell);
        if (i < 0) return -1;
      } else {
        while (i < end && bytes[i] !== delimiter) {
          if (bytes[i] === QUOTE && delimiter !== TAB)
            return this.#refuse('a quote inside a cell that does not begin with one', i);
          i++;
        }
        this.#put(cell, from, i, 0);
      }
      cell++;
      if (i >= end) return cell;
      i++;
    }
  }

  /** From an opening quote to after the closing one; −1 when something is wrong. */
  #quoted(bytes: Uint8Array, from: number, end: number, cell: number): number {
    let doubled = 0;
    for (let i = from + 1; ; i += 2) {
      while (i < end && bytes[i] !== QUOTE) i++;
      if (i >= end) return this.#refuse('a quote that is never closed', from);
      if (i + 1 < end && bytes[i + 1] === QUOTE) {
        doubled = 1;
        continue;
      }
      if (i + 1 < end && bytes[i + 1] !== this.#delimiter)
        return this.#refuse('text after the closing quote of a cell', i + 1);
      this.#put(cell, from + 1, i, doubled);
      return i + 1;
    }
  }

  #put(cell: number, start: number, end: number, doubled: number): void {
    if (cell >= this.#kept) {
      if (end > start) this.surplusAt = start;
      return;
    }
    this.starts[cell] = start;
    this.ends[cell] = end;
    this.doubled[cell] = doubled;
  }

  #refuse(fault: RowFault, at: number): number {
    this.fault = fault;
    this.faultAt = at;
    return -1;
  }
}
