import type {MessagePort} from 'node:worker_threads';
import type {Policy} from '../../engine/policy-model.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import type {ParseJob} from '../../trace/read/block-parser.ts';
import type {BlockStats} from '../../trace/read/problems.ts';
import type {ReplayResult} from '../replay-result.ts';

/** What a thread of the fleet is started with. Thread `index` parses blocks as it finds time, and decides the keys of share `index`. */
export interface FleetJob {
  readonly parse: ParseJob;
  readonly policy: Policy;
  readonly against: Policy | undefined;
  readonly againstName: string | undefined;
  /** Names that read the same column: `key` is `ip` in an access log. */
  readonly keyAlias: string | undefined;
  readonly index: number;
  readonly of: number;
  /** In memory of all threads: the next block to be parsed, and then, by thread, the next block to be decided. */
  readonly progress: Int32Array;
  /** To the other threads, by index; undefined at the thread's own. */
  readonly ports: readonly (MessagePort | undefined)[];
}

/** Between threads: the requests of a block whose keys the receiver decides, and a batch that was read and may be filled again. */
export type PeerMessage =
  | {
      readonly kind: 'requests';
      readonly block: number;
      /** The sender's number for the batch. */
      readonly number: number;
      readonly count: number;
      /** When the receiver does not know it yet, or it grew. */
      readonly batch: RequestBatch | undefined;
    }
  | {readonly kind: 'used'; readonly number: number};

/** From a thread to the one that started it. */
export type FleetMessage =
  /** A block was parsed; `times` are those of all its requests, in order. */
  | {
      readonly kind: 'parsed';
      readonly block: number;
      readonly times: Float64Array;
      readonly stats: BlockStats;
      readonly notes: readonly string[];
    }
  /** All blocks were decided. */
  | {readonly kind: 'result'; readonly index: number; readonly result: ReplayResult};
