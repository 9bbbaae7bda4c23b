import type {RequestBatch} from '../../engine/request-batch.ts';
import type {LineRun} from '../format.ts';
import {findLineEnd} from '../line-end.ts';
import {MAX_VALUE_BYTES, type RowSink} from '../row-sink.ts';
import type {ShapeCache} from './shape-cache.ts';

const CR = 0x0d;
const OPEN_BRACE = 0x7b;

/** Lines of JSON that have the shapes of lines before them. */
export class ShapeRun implements LineRun {
  lines = 0;
  /** Where a line begins whose shape is none of those known, so that nobody needs to try again; −1 when there is none. */
  stoppedAt = -1;
  readonly #shapes: ShapeCache;

  constructor(shapes: ShapeCache) {
    this.#shapes = shapes;
  }

  read(buffer: Buffer, from: number, to: number, sink: RowSink, batch: RequestBatch): number {
    const shapes = this.#shapes;
    let lines = 0;
    let at = from;
    this.stoppedAt = -1;
    while (at < to && buffer[at] === OPEN_BRACE) {
      const lineEnd = findLineEnd(buffer, at, to);
      if (lineEnd < 0 || lineEnd - at > MAX_VALUE_BYTES) break;
      sink.begin();
      if (!shapes.match(buffer, at, buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd, sink)) {
        this.stoppedAt = at;
        break;
      }
      sink.appendTo(batch);
      lines++;
      at = lineEnd + 1;
    }
    this.lines = lines;
    return at;
  }
}
