import type {StoreTarget} from '../store/store-target.ts';
import type {Distribution} from './key-chooser.ts';
import type {Arrivals} from './schedule.ts';

/** When requests are sent. */
export type Loop =
  | {
      readonly kind: 'open';
      /** Requests per second of all processes. */
      readonly rate: number;
      readonly arrivals: Arrivals;
      /** At most so many are under way in a process; further ones wait, and their wait counts. */
      readonly mostUnderWay: number;
    }
  | {
      readonly kind: 'closed';
      /** Callers in all processes: each sends its next request when it has its answer. */
      readonly callers: number;
    };

/** What one process does. Can be sent to another process. */
export interface LoadPlan {
  readonly target: StoreTarget;
  readonly policy: {readonly source: string; readonly file: string};
  readonly attributes: Readonly<Record<string, string>>;
  readonly loop: Loop;
  readonly keys: number;
  readonly distribution: Distribution;
  readonly seed: number;
  readonly index: number;
  readonly of: number;
  /** µs before what is measured. */
  readonly warmup: number;
  /** µs that are measured. */
  readonly duration: number;
  /** µs of a step of the series. */
  readonly step: number;
  /** After how long an answer is not waited for any more. */
  readonly timeoutMs: number;
  /** `spin` starts requests exactly and keeps a core busy; `timer` is late by up to a millisecond or two. */
  readonly pacing: 'spin' | 'timer';
  /** Every decision with its instant, for judging accuracy. */
  readonly keepDecisions: boolean;
}
