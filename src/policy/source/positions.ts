/** Turns offsets in a text into lines and columns, both 1-based. Columns count characters, not UTF-16 units. */
export class Positions {
  readonly #text: string;
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  at(offset: number): {readonly line: number; readonly column: number} {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    const start = this.#lineStarts[low]!;
    return {line: low + 1, column: Array.from(this.#text.slice(start, offset)).length + 1};
  }
}
