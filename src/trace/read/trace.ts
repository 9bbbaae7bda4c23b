import {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import type {TraceFormat} from '../format.ts';
import {mergeByTime} from './merge-by-time.ts';
import {readInParallel} from './parallel-reader.ts';
import {PROBLEMS_KEPT, type Problem, type ReadStats} from './problems.ts';
import {sortByTime} from './sort-by-time.ts';
import {type OpenOptions, TraceFile} from './trace-file.ts';

/** Consecutive requests of a batch. The batch may be reused for the next slice. */
export interface Slice {
  readonly batch: RequestBatch;
  readonly from: number;
  readonly to: number;
}

export interface ReadOptions {
  /** Threads that parse beside the one that decides; 0 parses in the same thread. The result does not depend on it. */
  readonly workers: number;
  /** Plain files of fewer bytes are read by one thread all the same. */
  readonly threadsFrom: number;
  /** Order all requests by time first; takes memory in the length of the trace. */
  readonly sort: boolean;
}

/** One or more files as one stream of requests, several merged by time. To be read once; open again to read again. */
export class Trace {
  readonly files: readonly TraceFile[];

  private constructor(files: readonly TraceFile[]) {
    this.files = files;
  }

  static async open(paths: readonly string[], options: OpenOptions): Promise<Trace> {
    const files: TraceFile[] = [];
    try {
      for (const path of paths) files.push(await TraceFile.open(path, options));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    return new Trace(files);
  }

  /**
   * The columns to read this trace into. In access logs `key` is the client address: the same column as `ip`, unless a
   * mapping says otherwise.
   */
  columns(options: OpenOptions): AttributeColumns {
    const columns = new AttributeColumns();
    const formats = this.formats;
    const mapped =
      options.mapping.fieldsOf('key') !== undefined || options.mapping.fieldsOf('ip') !== undefined;
    if (
      formats.length > 0 &&
      formats.every((format) => format.accessLog && !format.attributes.includes('*')) &&
      !mapped
    )
      columns.alias('key', 'ip');
    return columns;
  }

  get formats(): readonly TraceFormat[] {
    return [...new Set(this.files.flatMap((file) => file.format ?? []))];
  }

  async *slices(columns: AttributeColumns, options: ReadOptions): AsyncGenerator<Slice> {
    const streams = this.files.map((file) =>
      wholeBatches(readInParallel(file, columns, options) ?? file.batches(columns)),
    );
    const merged = streams.length === 1 ? streams[0]! : mergeByTime(streams);
    yield* options.sort ? sortByTime(merged, columns.count) : merged;
  }

  /** Stored bytes read so far and in all; undefined when some are not known (pipes). */
  get progress(): {readonly read: number; readonly of: number} | undefined {
    let read = 0;
    let of = 0;
    for (const file of this.files) {
      if (file.source.storedBytes === undefined) return undefined;
      read += file.bytesRead;
      of += file.source.storedBytes;
    }
    return {read, of};
  }

  sum(field: 'bad' | 'notRequests' | 'lines' | 'blank'): number {
    return this.files.reduce((total, file) => total + (file.stats?.[field] ?? 0), 0);
  }

  get problems(): readonly Problem[] {
    return this.files
      .flatMap((file) => (file.stats as ReadStats | undefined)?.problems ?? [])
      .slice(0, PROBLEMS_KEPT);
  }

  get notes(): readonly string[] {
    return [...new Set(this.files.flatMap((file) => file.notes))];
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

async function* wholeBatches(batches: AsyncIterable<RequestBatch>): AsyncGenerator<Slice> {
  for await (const batch of batches) yield {batch, from: 0, to: batch.count};
}
