import type {RequestBatch} from '../../engine/request-batch.ts';
import type {ReadStats} from './problems.ts';

/** Cuts a stream of bytes into records and parses them. One implementation per framing. */
export interface RecordReader {
  readonly stats: ReadStats;
  /**
   * Appends the requests of all whole records in `buffer[from … to)` to the batch. With `last` nothing follows. Returns
   * where the unfinished record begins: present its bytes again, with more after them.
   */
  feed(buffer: Buffer, from: number, to: number, last: boolean, batch: RequestBatch): number;
}
