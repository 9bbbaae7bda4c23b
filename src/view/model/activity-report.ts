import type {StatusBreaker, StatusQueue, StatusToken} from './status-sections.ts';

/**
 * What `ratectl report` found: `data` of its JSON answer. Spans are whole milliseconds; times RFC 3339, UTC; rates and shares 0 … 1.
 * What a source cannot know is null: files know neither tokens nor queues, a store does not know which requests there were.
 */
export interface ActivityReport {
  readonly source: ReportSource;
  /** Null: none was found, or the source is a file. */
  readonly policy: {readonly file: string; readonly from: string} | null;
  /** IANA name: hours of the week, and days, are those of this zone. */
  readonly timeZone: string;
  /** What all counts of requests are of. Null: there were none, and no range was asked for. */
  readonly range: ReportRange | null;
  /** Which limits and keys were asked for; empty: all. */
  readonly scope: {readonly selector: string; readonly filter: string};
  readonly totals: ReportCounts;
  /** Of denials and requests, by limit, in the order of the policy; others by name. */
  readonly limits: readonly ReportLimit[];
  readonly series: ReportSeries;
  /** Null: less than a day of hours. */
  readonly week: WeekPattern | null;
  readonly identities: Identities;
  /** Null: not known from a file. */
  readonly utilisation: Utilisation | null;
  readonly tokens: readonly ReportToken[] | null;
  readonly breakers: readonly ReportBreaker[] | null;
  readonly queues: readonly StatusQueue[] | null;
  readonly changes: Changes | null;
  readonly forecast: Forecast;
  /** The most urgent first. */
  readonly recommendations: readonly Recommendation[];
  /** With --compare: the range of the same length before. */
  readonly before: Before | null;
  /** Thresholds of a replay; empty elsewhere. */
  readonly thresholds: readonly {
    readonly expr: string;
    /** Null: there was nothing to measure. */
    readonly actual: number | null;
    readonly pass: boolean;
    /** Stated by `--fail-if`: it passes when it does not hold. For views; the JSON answer leaves it out. */
    readonly mustNotHold?: true;
  }[];
}

export type ReportSource =
  | {readonly kind: 'store'; readonly url: string; readonly server: string; readonly now: string}
  /** A JSON result of `simulate`. */
  | {readonly kind: 'replay'; readonly file: string; readonly traces: readonly string[]}
  /** What `simulate --decisions` writes. */
  | {
      readonly kind: 'decisions';
      readonly file: string;
      readonly lines: number;
      /** Lines that are no decisions. */
      readonly skipped: number;
    };

export interface ReportRange {
  readonly from: string;
  /** Exclusive. */
  readonly until: string;
  readonly ms: number;
  /** What was counted together where the range begins and ends: it was widened to whole ones. */
  readonly edges: 'exact' | 'minute' | 'hour';
}

/** Requests as the limits saw them: one that three limits let pass is counted three times. */
export interface ReportCounts {
  readonly requests: number;
  readonly allowed: number;
  readonly denied: number;
  /** Allowed, but a limit in shadow mode would have denied them. */
  readonly shadowDenied: number;
  /** allowed ÷ requests; null without requests. */
  readonly allowRate: number | null;
}

export interface ReportLimit extends ReportCounts {
  readonly limit: string;
  /** Null: the policy does not name it. */
  readonly mode: 'enforce' | 'shadow' | null;
  /** `token bucket 10/s, burst 20`; of several buckets the first; null: not known. */
  readonly description: string | null;
  /** Of all denials, those of this limit. */
  readonly shareOfDenied: number;
  /** In steps of the series, of `requests` and `denied`. */
  readonly trend: readonly {readonly requests: number; readonly denied: number}[];
  /** In the range before; null: not asked for, or nothing is known of it. */
  readonly before: ReportCounts | null;
}

export interface ReportSeries {
  readonly stepMs: number;
  /** Gapless, in order of time. */
  readonly points: readonly SeriesPoint[];
  /** The step with the most requests. */
  readonly peak: {readonly at: string; readonly requests: number} | null;
}

export interface SeriesPoint {
  readonly at: string;
  readonly allowed: number;
  readonly denied: number;
  readonly shadowDenied: number;
}

/** By hour of the week in the report's zone. */
export interface WeekPattern {
  /** Seven days from Monday, 24 hours each: what an hour like that held on average; null: the range has none. */
  readonly days: readonly (readonly (WeekCell | null)[])[];
  readonly busiest: WeekHour;
  /** Null: nothing was denied. */
  readonly mostDenied: WeekHour | null;
}

export interface WeekCell {
  readonly requests: number;
  readonly denied: number;
}

export interface WeekHour extends WeekCell {
  /** 0: Monday. */
  readonly day: number;
  readonly hour: number;
}

export interface Identities {
  /** Whole hours or days that the refusals were counted in; null as `range`. */
  readonly range: ReportRange | null;
  /** The most refused first. */
  readonly keys: readonly RefusedKey[];
  /** How many were counted: stores keep the 1,000 most refused of every hour and day. */
  readonly counted: number;
  /** Refusals that these keys have together. */
  readonly denied: number;
}

export interface RefusedKey {
  readonly limit: string;
  readonly key: string;
  readonly tier?: string;
  readonly denied: number;
  /** Of all denials of its limit in the range, where the ranges are the same; else of those of the keys counted. */
  readonly share: number;
  /** Known from files only. */
  readonly requests?: number;
  /** In the range before, with --compare. */
  readonly before?: number;
}

/** How much of their buckets keys have used, now. */
export interface Utilisation {
  readonly at: string;
  /** `recent`: the store's index of keys refused or near their limit lately; others are not in it. */
  readonly scope: 'recent' | 'exact' | 'prefix' | 'glob' | 'all';
  readonly keys: number;
  /** False: the search ended with --max-keys, or the index holds more than was read. */
  readonly complete: boolean;
  readonly limits: readonly LimitUtilisation[];
}

export interface LimitUtilisation {
  readonly limit: string;
  readonly keys: number;
  /** used ÷ capacity: that many per cent of the keys have at most so much. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Keys by tenths of their bucket: 0 … 10 %, …, 90 … 100 %. */
  readonly tenths: readonly number[];
}

export interface ReportToken
  extends Pick<StatusToken, 'provider' | 'condition' | 'recommendation' | 'health'> {
  readonly refreshed: number;
  readonly failed: number;
  /** Null: no attempt came to an end. */
  readonly successRate: number | null;
  readonly uses: number;
  readonly errors: readonly {readonly error: string; readonly count: number}[];
  readonly hours: readonly {
    readonly at: string;
    readonly refreshed: number;
    readonly failed: number;
    readonly uses: number;
  }[];
}

export interface ReportBreaker extends Pick<StatusBreaker, 'name' | 'state' | 'failures'> {
  readonly episodes: readonly BreakerEpisode[];
  /** How long it was not closed in the range. */
  readonly openMs: number;
}

export interface BreakerEpisode {
  readonly from: string;
  /** Null: it goes on. */
  readonly until: string | null;
  readonly note: string;
}

export interface Changes {
  readonly range: ReportRange;
  /** Entries of the audit journal by action, the most frequent first. */
  readonly actions: readonly {readonly action: string; readonly count: number}[];
  /** The newest first. */
  readonly latest: readonly {
    readonly at: string;
    readonly action: string;
    readonly target: string;
    readonly by: string;
    readonly why: string;
  }[];
  /** False: a journal keeps its newest 10,000 entries, and the range begins before them. */
  readonly complete: boolean;
}

export type Forecast =
  | {readonly kind: 'none'; readonly why: string}
  | {
      readonly kind: 'forecast';
      /** In a sentence or two. */
      readonly method: string;
      readonly stepMs: number;
      readonly points: readonly ForecastPoint[];
      readonly total: ForecastValue;
      readonly peak: ForecastPoint;
      /** What share of the hours tried on the past lay within the bounds; null: too few to try. */
      readonly covered: number | null;
    };

export interface ForecastValue {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

export interface ForecastPoint extends ForecastValue {
  readonly at: string;
}

export type RecommendationKind =
  | 'raise'
  | 'one-key'
  | 'enforce'
  | 'keep-shadow'
  | 'lower'
  | 'grows'
  | 'token'
  | 'threshold';

export interface Recommendation {
  readonly kind: RecommendationKind;
  readonly urgency: 'act' | 'plan' | 'consider';
  /** The limit, provider or threshold. */
  readonly subject: string;
  readonly text: string;
  /** The figures that led to it. */
  readonly reason: string;
  /** The command that checks it; TRACE stands for a recording of the traffic. */
  readonly command: string;
}

export interface Before {
  readonly range: ReportRange;
  readonly totals: ReportCounts;
  readonly points: readonly SeriesPoint[];
}
