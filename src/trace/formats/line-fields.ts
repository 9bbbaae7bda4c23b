/** Where the fields of one line are: field `f` is `bytes[starts[f] … ends[f])`; it is missing when that is empty. */
export class LineFields {
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(count: number) {
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
  }

  set(field: number, start: number, end: number): void {
    this.starts[field] = start;
    this.ends[field] = end;
  }

  clear(): void {
    this.starts.fill(0);
    this.ends.fill(0);
  }
}
