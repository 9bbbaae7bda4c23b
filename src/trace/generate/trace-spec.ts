import type {Rate} from '../../engine/arithmetic/rate.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import type {Backoff} from './arrivals/backoff.ts';
import type {BurstShape} from './arrivals/burst.ts';
import type {Outage} from './arrivals/retry-storm.ts';
import type {KeyKind} from './client-directory.ts';
import type {CostSpec} from './lognormal.ts';

export const ARRIVAL_KINDS = ['constant', 'poisson', 'diurnal', 'burst', 'retry-storm'] as const;
export const PROFILE_NAMES = ['shop', 'api'] as const;
export const OUTPUT_FORMATS = ['ndjson', 'csv', 'combined', 'common'] as const;

export type ArrivalKind = (typeof ARRIVAL_KINDS)[number];
export type ProfileName = (typeof PROFILE_NAMES)[number];
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** No trace is longer: 100 years in µs, which keeps the arithmetic of arrivals exact and times below 2^53. */
export const MAX_SPAN = 3_155_760_000_000_000;

/** When requests come. Times are µs since the start of the trace. */
export type ArrivalSpec =
  | {readonly kind: 'constant'; readonly rate: Rate}
  | {readonly kind: 'poisson'; readonly rate: Rate}
  | {readonly kind: 'diurnal'; readonly peak: Rate; readonly trough: Rate; readonly period: number}
  | {readonly kind: 'burst'; readonly rate: Rate; readonly burst: BurstShape}
  | {readonly kind: 'retry-storm'; readonly rate: Rate; readonly outage: Outage; readonly backoff: Backoff};

/** One more client, outside the Zipf ranks, that probes at `rate` from `at` on for `length` µs. */
export interface ScannerSpec {
  readonly rate: Rate;
  readonly at: number;
  readonly length: number;
}

export interface ClientSpec {
  /** Different clients, 1 … `MAX_CLIENTS`. */
  readonly count: number;
  /** Zipf exponent; 0 = all alike. */
  readonly zipf: number;
  readonly key: KeyKind;
  /** Different tenants, ≥ 1. */
  readonly tenants: number;
  /** Shares of tenants by plan, at least one. */
  readonly plans: readonly {readonly name: string; readonly weight: number}[];
}

/** Everything a synthetic trace depends on: the same spec gives the same bytes. */
export interface TraceSpec {
  /** Whole, 0 … 2^53 − 1. */
  readonly seed: number;
  /** µs since the epoch. */
  readonly start: number;
  /** µs; requests at or after start + duration are left out. Infinity when `requests` ends the trace. */
  readonly duration: number;
  /** The most requests written; Infinity when `duration` ends the trace. */
  readonly requests: number;
  readonly arrivals: ArrivalSpec;
  readonly scanner: ScannerSpec | undefined;
  readonly clients: ClientSpec;
  readonly profile: ProfileName;
  readonly cost: CostSpec;
  readonly format: OutputFormat;
  /** Unit of `ts` in ndjson and csv. */
  readonly timeUnit: TimeUnit;
}
