/** What is measured of a process, or of the server in a replay, over one interval. Undefined: not known. */
export interface LoadSample {
  /** Share of the processors that the process may use, 0 … 1. */
  readonly cpu: number | undefined;
  /** Share of the memory that it may use, 0 … 1. */
  readonly memory: number | undefined;
  /** How late the event loop ran, the 99th percentile of the interval, µs. */
  readonly eventLoop: number | undefined;
  /** The mean time of what was completed in the interval, µs. */
  readonly responseTime: number | undefined;
}

export type SignalName = keyof LoadSample;

/** What is still all right; undefined: not looked at. At least one is given. */
export type SignalTargets = LoadSample;

/** How far a process is from its targets: the worst of measured ÷ target. 1 is at the target, 0 idle. */
export interface Pressure {
  readonly value: number;
  /** The signal that is worst; undefined: nothing was measured. */
  readonly signal: SignalName | undefined;
}

/** An entry of `adaptive` in a policy: limits and pools that shrink under load, and recover. Spans are whole µs. */
export interface AdaptiveSpec {
  /** Unique. */
  readonly name: string;
  /** Names of limits whose rates, bursts and windows' limits are scaled; all are limits of the policy. */
  readonly limits: readonly string[];
  /** Names of pools whose `max` is scaled. */
  readonly pools: readonly string[];
  readonly controller: ControllerSpec;
  /** How often it is looked at, and changed. */
  readonly every: number;
  readonly targets: SignalTargets;
  /** Never below this share of what the policy says; 0 < floor ≤ 1. */
  readonly floor: number;
}

export type ControllerSpec = AimdSpec | GradientSpec;

/** Additive increase, multiplicative decrease (Chiu and Jain, 1989). */
export interface AimdSpec {
  readonly kind: 'aimd';
  /** Factor under pressure, 0 < decrease < 1. */
  readonly decrease: number;
  /** Share of the base that is added otherwise, 0 < increase ≤ 1. */
  readonly increase: number;
}

/** The response time now against that of a long time: Gradient2 of Netflix concurrency-limits. */
export interface GradientSpec {
  readonly kind: 'gradient';
  /** So many times the long-term response time is still all right; ≥ 1. */
  readonly tolerance: number;
  /** Weight of a new value, 0 < smoothing ≤ 1. */
  readonly smoothing: number;
  /** Samples over which the long-term response time is averaged; whole, ≥ 1. */
  readonly longWindow: number;
}

/** `degradation` in a policy: which priority classes are still served under pressure. Spans are whole µs. */
export interface DegradationSpec {
  readonly targets: SignalTargets;
  readonly every: number;
  /** A mode is entered when the pressure has been at least this for `after`; they rise from mode to mode. */
  readonly enter: Readonly<Record<DegradedMode, number>>;
  /** … and left for the mode before it when the pressure has been below `leave` × `enter` for `hold`; 0 < leave < 1. */
  readonly leave: number;
  readonly after: number;
  readonly hold: number;
}

/** From the mildest on. `shed-low` refuses the last priority class, `essential-only` all but the first, `closed` all. */
export const DEGRADED_MODES = ['shed-low', 'essential-only', 'closed'] as const;
export type DegradedMode = (typeof DEGRADED_MODES)[number];
export type DegradationMode = 'normal' | DegradedMode;
