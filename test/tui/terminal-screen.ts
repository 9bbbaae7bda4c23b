/** The screen of a terminal, as far as the dashboard and shells use one: what a person would see of the bytes that were written. */
export class TerminalScreen {
  #columns: number;
  #lines: number;
  #cells: string[][];
  #other: string[][] | undefined;
  #x = 0;
  #y = 0;
  #rest = '';
  /** Private modes that are on; the cursor (25) is at the beginning. */
  readonly modes = new Set<number>([25]);
  /** Everything that was written. */
  raw = '';

  constructor(columns: number, lines: number) {
    this.#columns = columns;
    this.#lines = lines;
    this.#cells = blank(columns, lines);
  }

  get text(): string {
    return this.#cells.map((row) => row.join('').trimEnd()).join('\n');
  }

  resize(columns: number, lines: number): void {
    this.#columns = columns;
    this.#lines = lines;
    const sized = (cells: string[][]): string[][] =>
      blank(columns, lines).map((row, y) => row.map((_, x) => cells[y]?.[x] ?? ' '));
    this.#cells = sized(this.#cells);
    if (this.#other !== undefined) this.#other = sized(this.#other);
    this.#y = Math.min(this.#y, lines - 1);
  }

  write(data: string): void {
    this.raw += data;
    const text = this.#rest + data;
    this.#rest = '';
    for (let at = 0; at < text.length; ) {
      const char = text[at]!;
      if (char !== '\u001b') {
        this.#put(char);
        at++;
        continue;
      }
      const match = /^\u001b(?:\[([?<>=]?)([\d;]*)([@-~])|\][^\u0007]*\u0007|[()][0-9A-Z]|[=>78])/.exec(
        text.slice(at),
      );
      if (match === null) {
        this.#rest = text.slice(at);
        return;
      }
      if (match[3] !== undefined) this.#control(match[1]!, match[2]!, match[3]);
      at += match[0].length;
    }
  }

  #put(char: string): void {
    if (char === '\b') this.#x = Math.max(0, this.#x - 1);
    else if (char === '\r') this.#x = 0;
    else if (char === '\n') this.#down();
    else if (char >= ' ') {
      if (this.#x >= this.#columns) {
        this.#x = 0;
        this.#down();
      }
      this.#cells[this.#y]![this.#x++] = char;
    }
  }

  #down(): void {
    if (this.#y < this.#lines - 1) this.#y++;
    else {
      this.#cells.shift();
      this.#cells.push(blank(this.#columns, 1)[0]!);
    }
  }

  #control(prefix: string, parameters: string, final: string): void {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    const count = Math.max(1, first);
    if (prefix === '?' && (final === 'h' || final === 'l')) {
      for (const mode of parameters.split(';').map(Number)) this.#mode(mode, final);
      return;
    }
    switch (final) {
      case 'A':
        this.#y = Math.max(0, this.#y - count);
        break;
      case 'B':
      case 'E':
        this.#y = Math.min(this.#lines - 1, this.#y + count);
        if (final === 'E') this.#x = 0;
        break;
      case 'C':
        this.#x = Math.min(this.#columns - 1, this.#x + count);
        break;
      case 'D':
        this.#x = Math.max(0, this.#x - count);
        break;
      case 'G':
        this.#x = count - 1;
        break;
      case 'H':
        this.#y = Math.max(1, first) - 1;
        this.#x = Math.max(1, second) - 1;
        break;
      case 'K':
        if (first === 0) this.#cells[this.#y]!.fill(' ', this.#x);
        else this.#cells[this.#y]!.fill(' ');
        break;
      case 'J':
        this.#cells[this.#y]!.fill(' ', this.#x);
        for (let y = this.#y + 1; y < this.#lines; y++) this.#cells[y]!.fill(' ');
        break;
    }
  }

  #mode(mode: number, to: 'h' | 'l'): void {
    if (mode === 1049 && to === 'h' && !this.modes.has(1049)) {
      this.#other = this.#cells;
      this.#cells = blank(this.#columns, this.#lines);
      this.#x = 0;
      this.#y = 0;
    }
    if (mode === 1049 && to === 'l' && this.#other !== undefined) {
      this.#cells = this.#other;
      this.#other = undefined;
    }
    if (to === 'h') this.modes.add(mode);
    else this.modes.delete(mode);
  }
}

const blank = (columns: number, lines: number): string[][] =>
  Array.from({length: lines}, () => new Array<string>(columns).fill(' '));
