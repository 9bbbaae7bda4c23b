import {quoted} from '../../base/safe-text.ts';
import {ALL_KEY, ALL_KEY_NOTE} from '../all-key.ts';
import {Parsed, type ParserOptions, type RecordParser} from '../format.ts';
import {textOf} from '../formats/ascii.ts';
import {readSpan} from '../formats/numbers.ts';
import {setPath} from '../formats/request-line.ts';
import {AddressNormalizer, addressNotes} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {NOT_A_TIME} from '../time/rfc3339.ts';
import {TimeField} from '../time/time-field.ts';
import {withoutPort} from '../without-port.ts';
import {readHeader} from './read-header.ts';
import {RowSplitter} from './row-splitter.ts';
import {type CellUse, layoutOf, type TableLayout} from './table-layout.ts';

const QUOTE = 0x22;
const SPACE = 0x20;

/** A whole number of at most 15 digits; −1 for anything else. */
const shortInteger = (bytes: Uint8Array, start: number, end: number): number => {
  if (start === end || end - start > 15) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit >>> 0 > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
};

/** A whole number 0 … 2^53 − 1 of digits only; −1 for anything else. */
const wholeNumber = (bytes: Uint8Array, start: number, end: number): number => {
  let from = start;
  while (from + 1 < end && bytes[from] === 0x30) from++;
  if (end - from <= 15) return shortInteger(bytes, from, end);
  const last = bytes[end - 1]! - 0x30;
  const value = end - from === 16 && last >>> 0 <= 9 ? shortInteger(bytes, from, end - 1) * 10 + last : -1;
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
};

/** Reads the records of a table. The first one is its header, which settles where everything is. */
export class TableParser implements RecordParser {
  /** The byte between cells; the reader needs it too. */
  readonly delimiter: number;
  readonly #options: ParserOptions;
  #layout: TableLayout | undefined;
  #splitter: RowSplitter;
  #time: TimeField;
  #normalizers: AddressNormalizer[] = [];
  #scratch = new Uint8Array(256);
  #used = 0;
  // The cell looked at last: `#source[#from … #to)`.
  #source: Uint8Array = this.#scratch;
  #from = 0;
  #to = 0;

  constructor(options: ParserOptions, delimiter: number) {
    this.#options = options;
    this.delimiter = delimiter;
    this.#splitter = new RowSplitter(delimiter, 0);
    this.#time = new TimeField('time', options.timeUnit);
  }

  /** Throws a RatectlError without file and line when the header is none. */
  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const layout = this.#layout;
    if (layout === undefined) {
      this.#begin(layoutOf(readHeader(bytes, start, end, this.delimiter), this.#options, this.delimiter));
      return Parsed.notARequest;
    }
    const splitter = this.#splitter;
    const count = splitter.split(bytes, start, end);
    if (count < 0) return refuse(sink, splitter.fault!, splitter.faultAt - start + 1);
    const expected = layout.names.length;
    if (count < expected) return refuse(sink, `${cells(count)}, but the header has ${expected}`, 0);
    if (splitter.surplusAt >= 0)
      return refuse(sink, `${cells(count)}, but the header has ${expected}`, splitter.surplusAt - start + 1);
    this.#used = 0;
    const bad =
      this.#readTime(bytes, start, layout, sink) ??
      this.#readCost(bytes, start, layout, sink) ??
      this.#readDuration(bytes, start, layout, sink);
    if (bad !== undefined) return bad;
    const {uses} = layout;
    for (let i = 0; i < uses.length; i++) this.#fill(uses[i]!, this.#normalizers[i]!, bytes, sink);
    if (layout.constantKey >= 0) sink.set(layout.constantKey, ALL_KEY, 0, ALL_KEY.length);
    return Parsed.request;
  }

  notes(): readonly string[] {
    const key = this.#layout !== undefined && this.#layout.constantKey >= 0 ? [ALL_KEY_NOTE] : [];
    return [...this.#time.notes(), ...addressNotes(this.#normalizers), ...key];
  }

  #begin(layout: TableLayout): void {
    this.#layout = layout;
    this.#splitter = new RowSplitter(this.delimiter, layout.names.length);
    this.#time = new TimeField(layout.time.name, this.#options.timeUnit);
    this.#normalizers = layout.uses.map(() => new AddressNormalizer());
  }

  #readTime(bytes: Uint8Array, start: number, layout: TableLayout, sink: RowSink): Parsed | undefined {
    this.#trimmed(layout.time.cell, bytes);
    const integer = shortInteger(this.#source, this.#from, this.#to);
    const time =
      integer >= 0 ? this.#time.ofInteger(integer) : this.#time.ofText(this.#source, this.#from, this.#to);
    sink.time = time;
    if (time >= 0) return undefined;
    const text = textOf(this.#source, this.#from, this.#to);
    const reason =
      text === '' && time === NOT_A_TIME
        ? `no time: the cell ${quoted(layout.time.name)} is empty`
        : this.#time.fault(time, text);
    return refuse(sink, reason, this.#columnOf(layout.time.cell, start));
  }

  #readCost(bytes: Uint8Array, start: number, {cost, names}: TableLayout, sink: RowSink): Parsed | undefined {
    sink.cost = 1;
    if (cost.length === 0) return undefined;
    let sum = 0;
    for (let i = 0; i < cost.length; i++) {
      const cell = cost[i]!;
      this.#trimmed(cell, bytes);
      const value = wholeNumber(this.#source, this.#from, this.#to);
      sum += value;
      if (value >= 0 && sum <= Number.MAX_SAFE_INTEGER) continue;
      const name = names[cell] === 'cost' ? 'cost' : `cost ${quoted(names[cell]!)}`;
      const text = quoted(textOf(this.#source, this.#from, this.#to), 40);
      const reason = `${name} ${text} is not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, in digits`;
      return refuse(sink, reason, this.#columnOf(cell, start));
    }
    sink.cost = sum;
    return undefined;
  }

  #readDuration(
    bytes: Uint8Array,
    start: number,
    {duration}: TableLayout,
    sink: RowSink,
  ): Parsed | undefined {
    sink.hold = 0;
    if (duration === undefined) return undefined;
    this.#trimmed(duration.cell, bytes);
    const hold = readSpan(this.#source, this.#from, this.#to, duration.unit);
    if (hold >= 0) sink.hold = hold;
    else if (this.#options.mapping.fieldOf('duration') !== undefined) {
      return refuse(
        sink,
        `duration ${quoted(textOf(this.#source, this.#from, this.#to), 40)} is no number`,
        this.#columnOf(duration.cell, start),
      );
    }
    return undefined;
  }

  #fill(
    {column, cell, take}: CellUse,
    normalizer: AddressNormalizer,
    bytes: Uint8Array,
    sink: RowSink,
  ): void {
    this.#text(cell, bytes);
    const source = this.#source;
    const from = this.#from;
    const to = this.#to;
    if (take === 'address') normalizer.set(sink, column, source, from, withoutPort(source, from, to));
    else if (take === 'path') setPath(sink, column, source, from, to);
    else sink.set(column, source, from, to);
  }

  /** Looks at a cell; one with doubled quotes is written out with single ones. */
  #text(cell: number, bytes: Uint8Array): void {
    const {starts, ends, doubled} = this.#splitter;
    this.#source = bytes;
    this.#from = starts[cell]!;
    this.#to = ends[cell]!;
    if (doubled[cell] === 0) return;
    const length = this.#to - this.#from;
    if (this.#used + length > this.#scratch.length) {
      // Values already handed out keep the old memory.
      this.#scratch = new Uint8Array(Math.max(length, 2 * this.#scratch.length));
      this.#used = 0;
    }
    const start = this.#used;
    for (let i = this.#from; i < this.#to; i++) {
      this.#scratch[this.#used++] = bytes[i]!;
      if (bytes[i] === QUOTE) i++;
    }
    this.#source = this.#scratch;
    this.#from = start;
    this.#to = this.#used;
  }

  #trimmed(cell: number, bytes: Uint8Array): void {
    this.#text(cell, bytes);
    while (this.#from < this.#to && this.#source[this.#from] === SPACE) this.#from++;
    while (this.#to > this.#from && this.#source[this.#to - 1] === SPACE) this.#to--;
  }

  #columnOf(cell: number, start: number): number {
    return this.#splitter.starts[cell]! - start + 1;
  }
}

const cells = (count: number): string => (count === 1 ? '1 cell' : `${count} cells`);

const refuse = (sink: RowSink, reason: string, column: number): Parsed => {
  sink.reason = reason;
  sink.reasonColumn = column;
  return Parsed.bad;
};
