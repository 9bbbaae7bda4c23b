/** What `bench` measured: the contract of its JSON. Latencies are whole µs; shares 0 … 1; what is not known, or was not asked for, is null. */
export interface BenchReport {
  readonly settings: BenchSettings;
  readonly machine: BenchMachine;
  readonly stores: readonly BenchStore[];
  /** What was aimed for, for what was measured. */
  readonly targets: readonly BenchTarget[];
  readonly noise: BenchNoise;
  readonly comparison: BenchComparison | null;
  /** Ended by the user before everything was measured. */
  readonly interrupted: boolean;
}

export interface BenchSettings {
  /** `open`: a schedule of start times. `closed`: callers that wait for their answers. `sweep`: open, at rate after rate. */
  readonly loop: 'open' | 'closed' | 'sweep';
  /** Requests per second of all processes; null in a closed loop. Of a sweep: the first. */
  readonly ratePerSecond: number | null;
  readonly arrivals: 'constant' | 'poisson' | null;
  /** Closed loop: callers. Open: requests that may be under way in a process. */
  readonly connections: number;
  readonly processes: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  readonly runs: number;
  readonly keys: number;
  readonly distribution: 'uniform' | 'zipf' | 'hot';
  readonly seed: number;
  /** Null: the one that is built in. */
  readonly policyFile: string | null;
  readonly limits: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How exactly requests start: see the manual. */
  readonly pacing: 'spin' | 'timer';
  /** Sweep: the p99 that a rate must stay below. */
  readonly p99Us: number | null;
}

export interface BenchMachine {
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  /** How late an idle process was given the processor before the first run, µs. */
  readonly pauseP99Us: number;
  readonly pauseMaxUs: number;
}

export interface BenchLatency {
  readonly count: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly p9999Us: number;
  readonly maxUs: number;
}

/** How many latencies lie in (from, to]. */
export interface BenchBar {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

export interface BenchPoint {
  /** From the beginning of what was measured. */
  readonly atMs: number;
  readonly allowed: number;
  readonly denied: number;
  readonly withoutStore: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

export interface BenchOutage {
  /** From the beginning of what was measured to the last answer before. */
  readonly atMs: number;
  /** From the last answer before to the first one after, of every process; null: none came. */
  readonly withoutAnswersMs: number | null;
  /** From when the server could be reached again to the first answer; null: not known. */
  readonly recoveryMs: number | null;
}

export interface BenchFigures {
  /** Decisions of the store per second. */
  readonly decisionsPerSecond: number;
  readonly decisions: number;
  readonly allowed: number;
  readonly denied: number;
  /** Of the denied, those that were remembered by the limiter and did not reach the store. */
  readonly remembered: number;
  /** Decided by `onStoreError`; not in the latencies. */
  readonly withoutStore: number;
  /** Due before the end and never sent; they count with the time they had waited. */
  readonly unsent: number;
  readonly errors: readonly {readonly message: string; readonly count: number}[];
  /** Open loop: from the intended start to the answer. Null in a closed loop, which cannot know it. */
  readonly response: BenchLatency | null;
  /** From the real start to the answer. */
  readonly service: BenchLatency;
  /** Open loop: from the intended to the real start, unless too many were under way. */
  readonly lateness: BenchLatency | null;
  /** Share of one core, of all client processes; without the time in which they only looked at the clock. */
  readonly clientCpu: number;
  readonly clientIdle: number;
  /** Share of one core; null: the server does not tell. */
  readonly serverCpu: number | null;
  /** Longest time in which requests were under way and no answer came. */
  readonly silenceMs: number;
}

export interface BenchRun extends BenchFigures {
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly stepMs: number;
  readonly series: readonly BenchPoint[];
  readonly outages: readonly BenchOutage[];
}

export interface BenchSweepStep {
  readonly ratePerSecond: number;
  /** `slow`: above the p99. `behind`: more was asked for than was answered. `errors`: decided without the store. */
  readonly verdict: 'holds' | 'slow' | 'behind' | 'errors';
  readonly decisionsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of the clock of this machine: how late requests started, p99, beside what they had to wait for others. */
  readonly latenessP99Us: number;
  readonly clientCpu: number;
}

export interface BenchSweep {
  readonly steps: readonly BenchSweepStep[];
  /** The highest rate that held; null: none did. */
  readonly kneePerSecond: number | null;
  /** What ended it: a higher rate failed because of the store, because the client had no more, or nothing failed. */
  readonly limitedBy: 'store' | 'client' | 'nothing';
}

export interface BenchAccuracy {
  readonly processes: number;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly offeredPerSecond: number;
  readonly requests: number;
  readonly admitted: number;
  readonly budget: number;
  /** 1 − |admitted − budget| ÷ budget. */
  readonly accuracy: number;
  readonly falsePositives: number;
  readonly falsePositiveRate: number;
  readonly falseNegatives: number;
}

export interface BenchStore {
  /** `redis`, `postgres`, `redis 2`: short, and what `--compare` goes by. */
  readonly name: string;
  /** Without any secret. */
  readonly url: string;
  readonly server: string;
  readonly remarks: readonly string[];
  /** Runs of the same settings; of a sweep the one at the knee. */
  readonly runs: readonly BenchRun[];
  /** All runs together: medians of rates and shares, sums of counts, percentiles of all latencies. Null without a run. */
  readonly total: BenchFigures | null;
  /** Of the response, or of the service time in a closed loop. */
  readonly histogram: readonly BenchBar[];
  /** How far the runs lie apart: (most − least) ÷ median; null for a single run. */
  readonly spread: {
    readonly decisionsPerSecond: number | null;
    readonly p50: number | null;
    readonly p99: number | null;
  };
  readonly sweep: BenchSweep | null;
  readonly accuracy: BenchAccuracy | null;
}

export interface BenchTarget {
  readonly store: string;
  readonly name: 'overhead-p50' | 'false-positives' | 'accuracy' | 'recovery';
  /** µs, a share, a share, ms. */
  readonly actual: number;
  readonly target: number;
  readonly met: boolean;
}

export interface BenchNoise {
  readonly tooNoisy: boolean;
  /** What makes the figures less sure; sentences without a full stop. */
  readonly reasons: readonly string[];
}

export type BenchMetric = 'decisionsPerSecond' | 'p50Us' | 'p99Us' | 'p999Us' | 'kneePerSecond';

export interface BenchDifference {
  readonly store: string;
  readonly metric: BenchMetric;
  readonly before: number;
  readonly after: number;
  /** (after − before) ÷ before; null when there was nothing before. */
  readonly change: number | null;
  /** Spread between runs of the same settings, the larger of both sides; null: unknown. */
  readonly noise: number | null;
  readonly verdict: 'better' | 'worse' | 'same' | 'unclear';
  /** Whether `worse` is a regression: the far percentiles are shown and not judged. */
  readonly judged: boolean;
}

export interface BenchComparison {
  readonly file: string;
  /** RFC 3339 of the earlier result. */
  readonly generatedAt: string;
  readonly maxRegression: number;
  /** Settings and surroundings that differ: what is compared is not the same then. */
  readonly differing: readonly string[];
  readonly differences: readonly BenchDifference[];
  readonly regressed: boolean;
}
