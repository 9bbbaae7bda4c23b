import type {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import type {RequestBatch} from '../../src/engine/request-batch.ts';
import {emptyBatch, RowSink} from '../../src/trace/row-sink.ts';

/** A request as a plain object: `t` in µs; every other field is an attribute, as text or as raw bytes. */
export interface Request {
  readonly t: number;
  readonly cost?: number;
  /** Microseconds the request took. */
  readonly hold?: number;
  readonly [attribute: string]: string | number | Uint8Array | undefined;
}

const encoder = new TextEncoder();

const bytesOf = (value: string | number | Uint8Array | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : encoder.encode(value === undefined ? '' : String(value));

/** A batch with a row per request, in the columns of an evaluator. */
export const batchOf = (columns: AttributeColumns, requests: Iterable<Request>): RequestBatch => {
  const sink = new RowSink(columns.count);
  const batch = emptyBatch(columns.count);
  for (const request of requests) {
    sink.begin();
    sink.time = request.t;
    sink.cost = request.cost ?? 1;
    sink.hold = request.hold ?? 0;
    columns.names.forEach((name, column) => {
      const bytes = bytesOf(request[name]);
      sink.set(column, bytes, 0, bytes.length);
    });
    sink.appendTo(batch);
  }
  return batch;
};
