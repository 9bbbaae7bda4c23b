import type {ManualMode, StatusDegradation, StatusMode} from './status-load.ts';

/** What `ratectl degrade` found: `data` of its JSON answer. Spans are whole milliseconds; times RFC 3339, UTC. */
export interface DegradeReport {
  /** The store's URL without any secret. */
  readonly store: string;
  readonly degradation: StatusDegradation;
  /** When the rule changes the mode; null: the policy has no section `degradation`. */
  readonly rule: DegradeRule | null;
  /** What the processes that are alive measured last, by process. */
  readonly loads: readonly InstanceLoad[];
}

export interface DegradeRule {
  /** What is still all right, of the signals that are looked at. */
  readonly targets: Signals;
  /** A mode is entered when the pressure was at least this … */
  readonly enter: readonly {readonly mode: StatusMode; readonly pressure: number}[];
  /** … for so long, */
  readonly afterMs: number;
  /** and left for the one before it when the pressure was below this share of that … */
  readonly leave: number;
  /** … for so long. */
  readonly holdMs: number;
}

/** Null: not measured, or not looked at. */
export interface Signals {
  /** Share of the processors, 0 … 1. */
  readonly cpu: number | null;
  /** Share of the memory, 0 … 1. */
  readonly memory: number | null;
  readonly eventLoopMs: number | null;
  readonly responseTimeMs: number | null;
}

export interface InstanceLoad extends Signals {
  readonly instance: string;
  readonly at: string;
}

/** What `degrade set` and `degrade clear` did, or would do: `data` in their JSON answers. */
export interface DegradeChange {
  readonly action: 'set' | 'clear';
  readonly dryRun: boolean;
  /** The store's URL without any secret. */
  readonly store: string;
  /** False: there was nothing to clear. */
  readonly changed: boolean;
  /** How it stands after the change. */
  readonly degradation: StatusDegradation;
  /** What was set before; null: nothing. */
  readonly before: ManualMode | null;
  readonly by: string;
  readonly host: string;
  readonly why: string;
}
