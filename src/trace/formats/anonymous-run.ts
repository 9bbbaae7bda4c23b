import {ViewCache} from '../../base/view-cache.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {type LineRun, Parsed} from '../format.ts';
import {findLineEnd} from '../line-end.ts';
import {MAX_VALUE_BYTES, type RowSink} from '../row-sink.ts';
import {CLF_TIME_LENGTH, type ClfTime} from '../time/clf-time.ts';
import {Ascii} from './ascii.ts';
import {isStatus, nextQuote} from './quote-scan.ts';
import {firstFlag, notAddressBytes} from './swar.ts';

/** Where the parts of a line are. Its time begins 6 bytes behind the client. */
export interface AnonymousLine {
  readonly start: number;
  readonly hostEnd: number;
  readonly requestEnd: number;
  readonly end: number;
}

/** Takes what is wanted from a line. */
type Fill = (bytes: Uint8Array, view: DataView, line: AnonymousLine, sink: RowSink) => Parsed;

// ` - -`, ` [` and `] "` as little-endian words.
const ANONYMOUS = 0x2d202d20;
const SPACE_BRACKET = 0x5b20;
const BRACKET_SPACE_QUOTE = 0x22205d;

/** Enough for all that is read without a look at the end: 16 bytes for the client, ` - - [`, the time and `] "…`. */
const SHORTEST = 16 + 6 + CLF_TIME_LENGTH + 4;

/**
 * Lines of the Common Log Format as they mostly are: `192.0.2.7 - - [14/Nov/2023:22:14:00 +0000] "GET / HTTP/1.1" 200 …`.
 *
 * This is the hottest code of a replay. A line is read in one go, mostly four bytes at a time, and nothing behind its request
 * when only the client is wanted, as with one limit per address. One loop on purpose: calls that V8 does not inline cost a
 * third of the whole.
 */
export class AnonymousRun implements LineRun {
  lines = 0;
  readonly #clock: ClfTime;
  /** Where the client goes, when nothing else is wanted. */
  readonly #columns: readonly number[] | undefined;
  readonly #fill: Fill;
  readonly #views = new ViewCache();
  readonly #line = {start: 0, hostEnd: 0, requestEnd: 0, end: 0};

  constructor(clock: ClfTime, columns: readonly number[] | undefined, fill: Fill) {
    this.#clock = clock;
    this.#columns = columns;
    this.#fill = fill;
  }

  read(buffer: Buffer, from: number, to: number, sink: RowSink, batch: RequestBatch): number {
    const view = this.#views.of(buffer);
    const clock = this.#clock;
    const columns = this.#columns;
    let lines = 0;
    let at = from;
    sink.begin();
    while (at + SHORTEST < to) {
      const lineEnd = findLineEnd(buffer, at, to);
      if (lineEnd < at + SHORTEST) break;
      let hostEnd = at;
      let other = 0;
      for (; hostEnd < at + 16; hostEnd += 4) {
        other = notAddressBytes(view.getInt32(hostEnd, true));
        if (other !== 0) break;
      }
      // Without any such byte this points into the digits, and the comparisons fail.
      hostEnd += firstFlag(other);
      const stamp = hostEnd + 6;
      const stampEnd = stamp + CLF_TIME_LENGTH;
      if (
        hostEnd < at + 7 ||
        view.getInt32(hostEnd, true) !== ANONYMOUS ||
        view.getUint16(hostEnd + 4, true) !== SPACE_BRACKET ||
        !clock.read(view, stamp) ||
        (view.getInt32(stampEnd, true) & 0xffffff) !== BRACKET_SPACE_QUOTE
      )
        break;
      const quote = nextQuote(view, stampEnd + 3, lineEnd);
      if (quote + 2 >= lineEnd || !closesRequest(view, quote)) break;
      sink.time = clock.micros;
      if (columns === undefined) {
        if (!this.#fillFrom(buffer, view, at, hostEnd, quote, lineEnd, sink)) break;
      } else for (let i = 0; i < columns.length; i++) sink.set(columns[i]!, buffer, at, hostEnd);
      sink.appendTo(batch);
      lines++;
      at = lineEnd + 1;
    }
    this.lines = lines;
    return at;
  }

  #fillFrom(
    buffer: Buffer,
    view: DataView,
    start: number,
    hostEnd: number,
    requestEnd: number,
    lineEnd: number,
    sink: RowSink,
  ): boolean {
    if (lineEnd - start > MAX_VALUE_BYTES) return false;
    const line = this.#line;
    line.start = start;
    line.hostEnd = hostEnd;
    line.requestEnd = requestEnd;
    line.end = buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    sink.begin();
    return this.#fill(buffer, view, line, sink) === Parsed.request;
  }
}

const CR = 0x0d;

/** Whether this quote ends a request beyond doubt: no backslash before it, a status behind it. */
const closesRequest = (view: DataView, quote: number): boolean =>
  view.getUint8(quote - 1) !== Ascii.backslash &&
  view.getUint8(quote + 1) === Ascii.space &&
  isStatus(view.getUint8(quote + 2));
