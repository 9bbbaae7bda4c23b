import type {StoreTarget} from '../store/store-target.ts';
import type {BenchReport} from '../view/model/bench-report.ts';
import type {Distribution} from './key-chooser.ts';
import type {Arrivals} from './schedule.ts';

/** A store to be measured. */
export interface BenchedStore {
  readonly target: StoreTarget;
  /** Safe to print. */
  readonly url: string;
}

export interface BenchOptions {
  readonly stores: readonly BenchedStore[];
  readonly load:
    | {readonly kind: 'open'; readonly rate: number; readonly arrivals: Arrivals}
    | {readonly kind: 'closed'}
    | {
        readonly kind: 'sweep';
        readonly from: number;
        readonly arrivals: Arrivals;
        /** µs. */
        readonly p99: number;
      };
  readonly connections: number;
  readonly processes: number;
  /** µs. */
  readonly warmup: number;
  readonly duration: number;
  readonly runs: number;
  readonly keys: number;
  readonly distribution: Distribution;
  readonly seed: number;
  readonly policy: {readonly source: string; readonly file: string};
  /** Null: the one that is built in. */
  readonly policyFile: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly accuracy: boolean;
  readonly timeoutMs: number;
  readonly cpus: number;
}

export interface BenchHooks {
  readonly signal: AbortSignal;
  /** What is written where, before anything is: one line for each store. Safe to print. */
  readonly onPlace: (line: string) => Promise<void>;
  readonly onProgress: (progress: BenchProgress) => void;
  /** After every run: what there is so far. */
  readonly onResult: (report: BenchReport) => void;
  /** What to do when the process has to end at once. */
  readonly cleanups: Set<() => void>;
  /** Something that the user should know; safe to print. */
  readonly onWarning: (text: string) => void;
  /** RFC 3339, UTC. */
  readonly now: () => string;
}

export interface BenchProgress {
  readonly store: string;
  /** `run 2 of 3`, `8,000/s`, `accuracy`. */
  readonly what: string;
  readonly answers: number;
  /** 0 … 1. */
  readonly share: number;
}
