import {RatectlError} from '../../base/ratectl-error.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {Parsed, type RecordParser} from '../format.ts';
import {findLineEnd} from '../line-end.ts';
import type {RowSink} from '../row-sink.ts';
import {boundedParse} from './bounded-parse.ts';
import {ReadStats} from './problems.ts';
import {placeOfReason} from './record-place.ts';
import type {RecordReader} from './record-reader.ts';

/** A longer line is not a log line: it is skipped and counted, so that memory stays bounded. */
export const MAX_LINE_BYTES = 1 << 20;

/** A longer line yet means that the file is something else (or a compressed bomb): reading stops. */
const MAX_SKIPPED_BYTES = 1 << 28;

const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** Turns whole lines of a buffer into requests. */
export class LineReader implements RecordReader {
  readonly stats = new ReadStats();
  readonly #file: string;
  readonly #parser: RecordParser;
  readonly #sink: RowSink;
  /** Inside a line that is too long: everything up to the next line end is dropped. */
  #skipping = false;
  #skipped = 0;

  constructor(file: string, parser: RecordParser, sink: RowSink) {
    this.#file = file;
    this.#parser = parser;
    this.#sink = sink;
  }

  feed(buffer: Buffer, from: number, to: number, last: boolean, batch: RequestBatch): number {
    const {run} = this.#parser;
    let at = from;
    while (at < to) {
      if (run !== undefined && !this.#skipping) {
        at = run.read(buffer, at, to, this.#sink, batch);
        this.stats.lines += run.lines;
        if (at >= to) break;
      }
      const found = findLineEnd(buffer, at, to);
      const whole = found >= 0;
      if (!whole && !last) {
        if (!this.#skipping && to - at <= MAX_LINE_BYTES) return at;
        this.#skip(to - at);
        return to;
      }
      const end = whole ? found : to;
      if (this.#skipping || end - at > MAX_LINE_BYTES) this.#tooLong();
      else this.#line(buffer, at, end, batch);
      at = whole ? found + 1 : to;
    }
    // What was dropped up to the very end is a line, too.
    if (last && this.#skipping) this.#tooLong();
    return at;
  }

  #line(buffer: Buffer, start: number, lineEnd: number, batch: RequestBatch): void {
    this.stats.lines++;
    const end = lineEnd > start && buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (buffer[start]! <= SPACE && isBlank(buffer, start, end)) {
      this.stats.blank++;
      return;
    }
    if (start === end) {
      this.stats.blank++;
      return;
    }
    const sink = this.#sink;
    sink.begin();
    const parsed = boundedParse(this.#parser, buffer, start, end, sink);
    if (parsed === Parsed.request) sink.appendTo(batch);
    else if (parsed === Parsed.notARequest) this.stats.notRequests++;
    else
      this.stats.addProblem({
        file: this.#file,
        ...placeOfReason(sink, buffer, start, {line: this.stats.lines, column: 1}),
        reason: sink.reason,
      });
  }

  #skip(bytes: number): void {
    this.#skipping = true;
    this.#skipped += bytes;
    if (this.#skipped > MAX_SKIPPED_BYTES) {
      throw new RatectlError('the line is longer than 256 MiB: this is not a text trace', {
        code: 'trace/not-text',
        where: {file: this.#file, line: this.stats.lines + 1},
      });
    }
  }

  #tooLong(): void {
    this.stats.lines++;
    this.#skipping = false;
    this.#skipped = 0;
    this.stats.addProblem({
      file: this.#file,
      line: this.stats.lines,
      column: 0,
      reason: 'the line is longer than 1 MiB',
    });
  }
}

const isBlank = (buffer: Buffer, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (buffer[i] !== SPACE && buffer[i] !== TAB) return false;
  return true;
};
