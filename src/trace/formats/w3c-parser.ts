import {quoted} from '../../base/safe-text.ts';
import {Parsed, type ParserOptions, type RecordParser} from '../format.ts';
import type {RowSink} from '../row-sink.ts';
import {parseRfc3339} from '../time/rfc3339.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import {Ascii, bytesOf, indexOfByte, startsWithAt, textOf} from './ascii.ts';
import {clientFault} from './client.ts';
import {FieldPlan} from './field-plan.ts';
import {LineFields} from './line-fields.ts';
import {refuse} from './refuse.ts';
import {W3C_ATTRIBUTES, w3cLookup} from './w3c-columns.ts';

export interface W3cDialect {
  /** What parts the fields of a line: a tab, or whatever the line holds (a tab if there is one, else spaces). */
  readonly separator: 'tab' | 'any';
  /** Columns until a `#Fields:` line says otherwise. */
  readonly columns: readonly string[] | undefined;
  /** IIS counts `time-taken` in milliseconds, CloudFront in seconds with a fraction. */
  readonly timeTaken: TimeUnit;
  /** Whether lines may have fewer or more fields than columns, as when columns are added to a format over the years. */
  readonly fieldCount: 'exact' | 'open';
}

/** What depends on the columns in force. */
interface Layout {
  readonly columns: readonly string[];
  readonly plan: FieldPlan;
  readonly fields: LineFields;
  /** Field numbers; −1 when there is no such column. */
  readonly date: number;
  readonly time: number;
  readonly client: number;
  readonly stem: number;
  readonly query: number;
}

const FIELDS = bytesOf('#Fields:');
const DATE = bytesOf('#Date:');
const DATE_LENGTH = 10;

/**
 * W3C extended logs (IIS and others): `#Fields:` names the columns of the lines that follow, and may come again with
 * others. Times are UTC, as the specification says; without a `date` column the date is that of `#Date:`.
 */
export class W3cParser implements RecordParser {
  readonly #dialect: W3cDialect;
  readonly #options: ParserOptions;
  /** Where the whole target goes, which may have to be put together from stem and query; −1 when it is not wanted. */
  readonly #urlColumn: number;
  /** `2023-11-14T22:14:00…Z`, put together from two columns. */
  readonly #stamp = new Uint8Array(48);
  #url = new Uint8Array(1024);
  #layout: Layout | undefined;
  #notes: readonly string[] = [];

  constructor(dialect: W3cDialect, options: ParserOptions) {
    this.#dialect = dialect;
    this.#options = options;
    this.#urlColumn = options.mapping.fieldOf('url') === undefined ? options.columns.of('url') : -1;
    this.#stamp[DATE_LENGTH] = 0x54;
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    if (bytes[start] === Ascii.hash) return this.#directive(bytes, start, end);
    if (this.#layout === undefined && this.#dialect.columns !== undefined)
      this.#layout = this.#layoutOf(this.#dialect.columns);
    const layout = this.#layout;
    if (layout === undefined) return refuse(sink, 0, 'no "#Fields:" line yet that names the columns');
    const count = this.#split(bytes, start, end, layout.fields);
    if (this.#dialect.fieldCount === 'exact' && count !== layout.columns.length) {
      return refuse(sink, 0, `${count} fields: "#Fields:" names ${layout.columns.length}`);
    }
    const {fields} = layout;
    const time = this.#time(bytes, layout);
    if (time < 0) return refuse(sink, 0, this.#timeFault(bytes, layout));
    if (layout.client >= 0) {
      const client = fields.starts[layout.client]!;
      const fault = clientFault(bytes, client, fields.ends[layout.client]!);
      if (fault !== undefined) return refuse(sink, client - start, fault);
    }
    sink.time = time;
    if (!layout.plan.fill(bytes, fields, sink)) return Parsed.bad;
    if (this.#urlColumn >= 0) this.#fillUrl(bytes, layout, sink);
    return Parsed.request;
  }

  notes(): readonly string[] {
    return [...new Set([...this.#notes, ...(this.#layout?.plan.notes() ?? [])])];
  }

  #directive(bytes: Uint8Array, start: number, end: number): Parsed {
    if (startsWithAt(bytes, start, end, FIELDS)) {
      const text = new TextDecoder().decode(bytes.subarray(start + FIELDS.length, end));
      const columns = text.split(/[ \t]+/).filter((column) => column !== '');
      const known = this.#layout?.columns;
      if (known === undefined || columns.join(' ') !== known.join(' ')) {
        this.#notes = this.notes();
        this.#layout = this.#layoutOf(columns);
      }
    } else if (startsWithAt(bytes, start, end, DATE)) {
      let from = start + DATE.length;
      while (from < end && bytes[from] === Ascii.space) from++;
      if (from + DATE_LENGTH <= end) this.#stamp.set(bytes.subarray(from, from + DATE_LENGTH));
    }
    return Parsed.notARequest;
  }

  #layoutOf(columns: readonly string[]): Layout {
    const at = (name: string): number => columns.indexOf(name);
    const lookup = w3cLookup(columns, this.#dialect.timeTaken);
    return {
      columns,
      plan: new FieldPlan(this.#options, lookup, [...W3C_ATTRIBUTES, ...columns]),
      fields: new LineFields(columns.length),
      date: at('date'),
      time: at('time'),
      client: lookup('ip')?.field ?? -1,
      stem: lookup('url') === undefined ? at('cs-uri-stem') : -1,
      query: at('cs-uri-query'),
    };
  }

  /** Answers the number of fields, all of them counted, also those beyond the columns. */
  #split(bytes: Uint8Array, start: number, end: number, fields: LineFields): number {
    fields.clear();
    const tabs = this.#dialect.separator === 'tab' || indexOfByte(bytes, Ascii.tab, start, end) < end;
    const separator = tabs ? Ascii.tab : Ascii.space;
    let to = end;
    while (to > start && bytes[to - 1] === separator && !tabs) to--;
    let count = 0;
    for (let at = start; at <= to; ) {
      const isQuoted = !tabs && bytes[at] === Ascii.quote;
      const close = isQuoted ? closingQuote(bytes, at + 1, to) : -1;
      const fieldEnd = close >= 0 ? close : indexOfByte(bytes, separator, at, to);
      if (count < fields.starts.length) fields.set(count, close >= 0 ? at + 1 : at, fieldEnd);
      count++;
      at = close >= 0 ? close + 2 : fieldEnd + 1;
    }
    return count;
  }

  #time(bytes: Uint8Array, layout: Layout): number {
    const {fields, date, time} = layout;
    if (time < 0) return layout.plan.mappedTime === undefined ? -1 : 0;
    if (date >= 0) {
      const start = fields.starts[date]!;
      if (fields.ends[date]! - start !== DATE_LENGTH) return -1;
      for (let i = 0; i < DATE_LENGTH; i++) this.#stamp[i] = bytes[start + i]!;
    }
    const from = fields.starts[time]!;
    const length = fields.ends[time]! - from;
    if (length < 8 || length > 30) return -1;
    for (let i = 0; i < length; i++) this.#stamp[DATE_LENGTH + 1 + i] = bytes[from + i]!;
    this.#stamp[DATE_LENGTH + 1 + length] = 0x5a;
    return parseRfc3339(this.#stamp, 0, DATE_LENGTH + 2 + length);
  }

  #timeFault(bytes: Uint8Array, layout: Layout): string {
    const {fields, date, time} = layout;
    if (time < 0) return '"#Fields:" names no column "time"';
    const text = (field: number): string =>
      field < 0 ? '' : textOf(bytes, fields.starts[field]!, fields.ends[field]!);
    const stamp = `${text(date)} ${text(time)}`.trim();
    return `time ${quoted(stamp)} is not one that exists: expected the form 2023-11-14 22:14:00`;
  }

  /** The target as it was: the stem, and the query where there is one. */
  #fillUrl(bytes: Uint8Array, layout: Layout, sink: RowSink): void {
    const {fields, stem, query} = layout;
    if (stem < 0) return;
    const stemStart = fields.starts[stem]!;
    const stemEnd = fields.ends[stem]!;
    const queryStart = query < 0 ? 0 : fields.starts[query]!;
    const queryEnd = query < 0 ? 0 : fields.ends[query]!;
    const none = queryEnd <= queryStart || (queryEnd - queryStart === 1 && bytes[queryStart] === Ascii.minus);
    if (none) {
      sink.set(this.#urlColumn, bytes, stemStart, stemEnd);
      return;
    }
    const length = stemEnd - stemStart + 1 + queryEnd - queryStart;
    if (length > this.#url.length) this.#url = new Uint8Array(2 * length);
    this.#url.set(bytes.subarray(stemStart, stemEnd));
    this.#url[stemEnd - stemStart] = Ascii.question;
    this.#url.set(bytes.subarray(queryStart, queryEnd), stemEnd - stemStart + 1);
    sink.set(this.#urlColumn, this.#url, 0, length);
  }
}

/** The quote that ends a quoted field: before a space or the end. −1 when there is none. */
const closingQuote = (bytes: Uint8Array, from: number, end: number): number => {
  for (
    let at = indexOfByte(bytes, Ascii.quote, from, end);
    at < end;
    at = indexOfByte(bytes, Ascii.quote, at + 1, end)
  ) {
    if (at + 1 === end || bytes[at + 1] === Ascii.space) return at;
  }
  return -1;
};
