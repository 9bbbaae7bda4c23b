import type {AttributeColumns} from '../engine/attribute-columns.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import type {FieldMapping} from './field-mapping.ts';
import type {RowSink} from './row-sink.ts';
import type {TimeUnit} from './time/time-unit.ts';

/** What a parser found in one record. */
export const Parsed = {
  /** A request; the sink holds it. */
  request: 0,
  /** A line that belongs to the format but is no request: a comment, a directive, a start-up message. Counted, not bad. */
  notARequest: 1,
  /** Cannot be understood; `sink.reason` says why. */
  bad: 2,
} as const;

export type Parsed = (typeof Parsed)[keyof typeof Parsed];

/** Reads stretches of lines that all have the most frequent form of a format, which is much faster than line by line. */
export interface LineRun {
  /** How many lines the last `read` took. */
  readonly lines: number;
  /**
   * Appends the requests of the lines that begin at `from` and end, with a line end, before `to`. Stops before the first
   * line of another form and answers where it begins.
   */
  read(buffer: Buffer, from: number, to: number, sink: RowSink, batch: RequestBatch): number;
}

/** Reads one record after another. May keep state between records (a header, the last time stamp read). */
export interface RecordParser {
  /**
   * Parses the record in `bytes[start … end)`; the line end is not part of it, and it is not blank. Fills `sink` only
   * where it answers `request`.
   */
  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed;
  /** For lines of the form that is most frequent; `parse` understands them in the same way. */
  readonly run?: LineRun | undefined;
  /** Sentences about assumptions made while parsing ("times carry no zone: taken as UTC"), each said once. */
  notes(): readonly string[];
}

export interface ParserOptions {
  /** Which attributes are wanted, and where each goes. Others are not extracted. */
  readonly columns: AttributeColumns;
  /** `--map`: which field an attribute, the time, the cost or the duration comes from. */
  readonly mapping: FieldMapping;
  /** `--time-unit`; undefined sniffs it from the field's name and the first value, and keeps it. */
  readonly timeUnit: TimeUnit | undefined;
  /** `--delimiter` of CSV; default: comma, or tab for `tsv`. */
  readonly delimiter?: string | undefined;
}

export interface TraceFormat {
  /** The word for `--format`. */
  readonly name: string;
  /** For people: `Apache/nginx combined log`. */
  readonly title: string;
  /**
   * How records are cut: at line ends, at line ends outside double quotes (CSV), or as the elements of one JSON array.
   */
  readonly framing: 'lines' | 'csv' | 'json-array';
  /** Whether a line can be understood without those before it, so that several workers may each read a part of the file. */
  readonly independentLines: boolean;
  /** Whether `key` defaults to the client address (`ip`). */
  readonly accessLog: boolean;
  /** Attributes it knows by name, for help and error texts; `*` when every field of a record is one. */
  readonly attributes: readonly string[];
  /**
   * How sure this format is that these lines are its own: 0 = no … 1 = every one. `lines` are the first lines of the
   * file (at most 50, without line ends, blank ones left out, a byte order mark removed).
   */
  detect(lines: readonly Uint8Array[]): number;
  createParser(options: ParserOptions): RecordParser;
}
