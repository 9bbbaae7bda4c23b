import type {AttributeColumns} from '../engine/attribute-columns.ts';
import {attributeText} from '../engine/attribute-text.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import {emptyBatch, RowSink} from './row-sink.ts';

/** A request as a plain object. Every field but these three is an attribute, as text or as raw bytes: `{t, ip, path}`. */
export interface PlainRequest {
  /** Whole microseconds since the epoch. */
  readonly t: number;
  /** Whole units, 0 … 2^53 − 1. @default 1 */
  readonly cost?: number;
  /** Microseconds the request takes; for limits with `algorithm: concurrency`. @default 0 */
  readonly hold?: number;
  readonly [attribute: string]: string | number | Uint8Array | undefined;
}

const encoder = new TextEncoder();

const bytesOf = (value: string | number | Uint8Array | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : encoder.encode(attributeText(value));

/**
 * A batch with a row per request, in the columns of an evaluator: `batchOf(evaluator.columns, [{t: 0, ip: '203.0.113.7'}])`.
 * For requests that are objects anyway; traces are read into batches without objects.
 */
export const batchOf = (columns: AttributeColumns, requests: Iterable<PlainRequest>): RequestBatch => {
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
