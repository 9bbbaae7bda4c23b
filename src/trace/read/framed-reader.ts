import {RatectlError} from '../../base/ratectl-error.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {Parsed, type RecordParser} from '../format.ts';
import type {RowSink} from '../row-sink.ts';
import {boundedParse} from './bounded-parse.ts';
import {ReadStats} from './problems.ts';
import {placeOfReason} from './record-place.ts';
import type {RecordReader} from './record-reader.ts';

/** What cuts a stream into records that are not simply lines: the elements of a JSON array, the records of a table. */
export interface Framer {
  readonly lines: number;
  readonly blank?: number;
  push(
    bytes: Uint8Array,
    from: number,
    to: number,
    last: boolean,
    onRecord: (start: number, end: number, line: number, column?: number) => void,
  ): number;
}

/** Turns the records that a framer cuts into requests. */
export class FramedReader implements RecordReader {
  readonly stats = new ReadStats();
  readonly #file: string;
  readonly #framer: Framer;
  readonly #parser: RecordParser;
  readonly #sink: RowSink;
  /** Records at the beginning that describe the others: the header of a table. */
  #headers: number;

  constructor(file: string, framer: Framer, parser: RecordParser, sink: RowSink, headers: number) {
    this.#file = file;
    this.#framer = framer;
    this.#parser = parser;
    this.#sink = sink;
    this.#headers = headers;
  }

  feed(buffer: Buffer, from: number, to: number, last: boolean, batch: RequestBatch): number {
    const rest = this.#framer.push(buffer, from, to, last, (start, end, line, column = 1) =>
      this.#record(buffer, start, end, line, column, batch),
    );
    this.stats.lines = this.#framer.lines;
    this.stats.blank = this.#framer.blank ?? 0;
    return rest;
  }

  #record(
    buffer: Buffer,
    start: number,
    end: number,
    line: number,
    column: number,
    batch: RequestBatch,
  ): void {
    const sink = this.#sink;
    sink.begin();
    const parsed = this.#parse(buffer, start, end, line);
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    if (parsed === Parsed.request) sink.appendTo(batch);
    else if (parsed === Parsed.notARequest) this.stats.notRequests++;
    else
      this.stats.addProblem({
        file: this.#file,
        ...placeOfReason(sink, buffer, start, {line, column}),
        reason: sink.reason,
      });
  }

  /** A header that is none ends the reading: the error gets its place here. */
  #parse(buffer: Buffer, start: number, end: number, line: number): Parsed {
    try {
      return boundedParse(this.#parser, buffer, start, end, this.#sink);
    } catch (error) {
      if (!(error instanceof RatectlError) || error.where !== undefined) throw error;
      throw error.at({file: this.#file, line});
    }
  }
}
