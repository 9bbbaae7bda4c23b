import type {AttemptOutcome} from '../engine/refresh/refresh-record.ts';

/** A refresh that came to an end, as the journal has it. */
export interface RefreshEntry {
  /** µs. */
  readonly at: number;
  readonly outcome: AttemptOutcome;
  /** The provider's error code, or that of the connection; empty without one. */
  readonly error: string;
}

/** How often a token was handed out in one hour; several of one hour are added up (of several processes). */
export interface HourlyUse {
  /** Any instant of the hour, µs. */
  readonly at: number;
  readonly uses: number;
  /** Of them, how many were answered 401. */
  readonly unauthorised: number;
}

export interface ActivityHour {
  /** When the hour began, µs. */
  readonly at: number;
  readonly refreshed: number;
  readonly failed: number;
  readonly uses: number;
  readonly unauthorised: number;
}

export interface TokenActivity {
  /** Every hour that the range touches, in order, also those in which nothing happened. */
  readonly hours: readonly ActivityHour[];
  readonly refreshed: number;
  readonly failed: number;
  /** refreshed / (refreshed + failed), 0 … 1; undefined: neither. */
  readonly successRate: number | undefined;
  readonly uses: number;
  readonly unauthorised: number;
  /** Most frequent first. */
  readonly errors: readonly {readonly error: string; readonly count: number}[];
}

export interface ActivityRange {
  /** µs, inclusive. */
  readonly from: number;
  /** µs, exclusive. */
  readonly until: number;
  /** How many errors to name; default 5. */
  readonly errors?: number;
}

const HOUR = 3_600_000_000;
/** A leap year and a day: no range makes an endless list. */
const MOST_HOURS = 367 * 24;
const ERRORS = 5;

/**
 * What happened with a token in a range. Attempts that were given up unsent, or whose answer was discarded, are neither successes
 * nor failures. Throws a RangeError beyond 367 days.
 */
export const tokenActivity = (
  entries: readonly RefreshEntry[],
  uses: readonly HourlyUse[],
  {from, until, errors = ERRORS}: ActivityRange,
): TokenActivity => {
  const within = entries.filter(({at}) => at >= from && at < until);
  const hours = emptyHours(from, until);
  for (const {at, outcome} of within) {
    const hour = hours.get(hourOf(at))!;
    if (outcome === 'refreshed') hour.refreshed++;
    else if (isFailure(outcome)) hour.failed++;
  }
  for (const use of uses) {
    const hour = hours.get(hourOf(use.at));
    if (hour === undefined) continue;
    hour.uses += use.uses;
    hour.unauthorised += use.unauthorised;
  }
  const rows = [...hours.values()];
  const refreshed = sumOf(rows, 'refreshed');
  const failed = sumOf(rows, 'failed');
  return {
    hours: rows,
    refreshed,
    failed,
    successRate: refreshed + failed === 0 ? undefined : refreshed / (refreshed + failed),
    uses: sumOf(rows, 'uses'),
    unauthorised: sumOf(rows, 'unauthorised'),
    errors: commonErrors(within, errors),
  };
};

type Row = {-readonly [K in keyof ActivityHour]: ActivityHour[K]};

const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR;

const emptyHours = (from: number, until: number): Map<number, Row> => {
  if (until - from > MOST_HOURS * HOUR) throw new RangeError('a range of at most 367 days was expected');
  const hours = new Map<number, Row>();
  for (let at = hourOf(from); at < until; at += HOUR)
    hours.set(at, {at, refreshed: 0, failed: 0, uses: 0, unauthorised: 0});
  return hours;
};

const isFailure = (outcome: AttemptOutcome): boolean =>
  outcome === 'failed' || outcome === 'rejected' || outcome === 'answer-lost';

const sumOf = (rows: readonly Row[], column: 'refreshed' | 'failed' | 'uses' | 'unauthorised'): number =>
  rows.reduce((sum, row) => sum + row[column], 0);

/** Failures without a code are counted under their outcome. Equal counts in the order of their names. */
const commonErrors = (entries: readonly RefreshEntry[], most: number): TokenActivity['errors'] => {
  const counts = new Map<string, number>();
  for (const {outcome, error} of entries) {
    if (!isFailure(outcome)) continue;
    const name = error === '' ? outcome : error;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([error, count]) => ({error, count}))
    .sort((a, b) => b.count - a.count || (a.error < b.error ? -1 : 1))
    .slice(0, most);
};
