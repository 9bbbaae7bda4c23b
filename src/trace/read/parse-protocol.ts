import type {RequestBatch} from '../../engine/request-batch.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import type {BlockStats} from './problems.ts';

/** What a parsing thread needs to know once. */
export interface ParseJob {
  readonly path: string;
  readonly size: number;
  readonly blockBytes: number;
  readonly format: string;
  readonly columns: readonly string[];
  readonly mapping: readonly (readonly [string, readonly string[]])[];
  readonly timeUnit: TimeUnit | undefined;
}

/** "Parse this block": the lines that begin in bytes [block × blockBytes, (block + 1) × blockBytes). The batch is one to reuse. */
export interface ParseRequest {
  readonly block: number;
  readonly batch: RequestBatch | undefined;
}

/** A block parsed. `lines` are physical lines; line numbers begin with 1 at the block's first line. */
export interface ParseReply {
  readonly block: number;
  readonly batch: RequestBatch;
  readonly stats: BlockStats;
  readonly notes: readonly string[];
}

/** The buffers of a batch, which move between threads instead of being copied. */
export const transferables = (batch: RequestBatch): ArrayBuffer[] =>
  [batch.times, batch.costs, batch.holds, batch.ends, batch.hashes, batch.bytes].map(array => array.buffer as ArrayBuffer);
