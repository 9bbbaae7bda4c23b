import type {MessagePort} from 'node:worker_threads';
import type {Policy} from '../../engine/policy-model.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import type {ParseJob} from '../../trace/read/block-parser.ts';
import type {BlockStats} from '../../trace/read/problems.ts';
import type {ReplayResult} from '../replay-result.ts';

/** What a thread of the fleet is started with. Thread `index` parses blocks index, index + of, … and decides the keys of share `index`. */
export interface FleetJob {
  readonly parse: ParseJob;
  readonly policy: Policy;
  readonly against: Policy | undefined;
  readonly againstName: string | undefined;
  /** Names that read the same column: `key` is `ip` in an access log. */
  readonly keyAlias: string | undefined;
  readonly index: number;
  readonly of: number;
  /** To the other threads, by index; undefined at the thread's own. */
  readonly ports: readonly (MessagePort | undefined)[];
}

/** Between threads: the requests of a block whose keys the receiver decides, or a batch that comes back to be used again. */
export type PeerMessage =
  | {readonly kind: 'requests'; readonly block: number; readonly batch: RequestBatch}
  | {readonly kind: 'used'; readonly batch: RequestBatch};

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
