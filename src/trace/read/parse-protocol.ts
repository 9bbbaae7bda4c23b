import type {RequestBatch} from '../../engine/request-batch.ts';
import type {BlockStats} from './problems.ts';

/** "Parse this block." The batch is one to reuse. */
export interface ParseRequest {
  readonly block: number;
  readonly batch: RequestBatch | undefined;
}

/** A block parsed. */
export interface ParseReply {
  readonly block: number;
  readonly batch: RequestBatch;
  readonly stats: BlockStats;
  readonly notes: readonly string[];
}

/** The buffers of a batch, which move between threads instead of being copied. */
export const transferables = (batch: RequestBatch): ArrayBuffer[] =>
  [batch.times, batch.costs, batch.holds, batch.ends, batch.hashes, batch.bytes].map(
    (array) => array.buffer as ArrayBuffer,
  );
