import type {StatusReport} from '../../view/model/status-report.ts';

/** Everything that one look at the store found: what all panes are drawn from. */
export interface Look {
  /** 1, 2, 3 …: grows with every look of a run. */
  readonly number: number;
  readonly report: StatusReport;
  readonly warnings: readonly string[];
  /** Name of the context; null where the store was named directly. */
  readonly contextName: string | null;
  /** Nothing may be changed here. */
  readonly readOnly: boolean;
  /** The typed confirmation is the context's name. */
  readonly production: boolean;
  /** This machine's clock when the answer was there, ms since the epoch. */
  readonly at: number;
  /** How long the store took, ms. */
  readonly tookMs: number;
  /** Limits that were counted in the last half hour, by name. */
  readonly series: ReadonlyMap<string, LimitSeries>;
  /** The newest first. */
  readonly journal: readonly JournalLine[];
}

/** What a limit did, a number per minute, the oldest first; the last minute is not over yet. */
export interface LimitSeries {
  readonly allowed: readonly number[];
  readonly denied: readonly number[];
}

/** Something that happened, or that somebody did. */
export interface JournalLine {
  /** ms since the epoch, the store's clock. */
  readonly at: number;
  readonly from: 'audit' | 'events';
  /** `token-refreshed`, `reset`, … */
  readonly kind: string;
  /** What it is about. May come from outside, like `note`. */
  readonly subject: string;
  /** In words; empty when the kind says it all. */
  readonly note: string;
}
