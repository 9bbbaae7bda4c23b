/**
 * When the next refreshes will happen, and whether the budget will last.
 *
 *     next      = expiresAt − margin, not before the budget and the backoff allow it
 *     pace      = mean distance between the starts of the last attempts (at most ten)
 *     exhausted = the first attempt at that pace that a window would refuse
 *
 * Example, 10 in 10 min and an attempt every 30 s: the tenth fills the window after 4:30, the eleventh at 5:00 would be refused. One
 * every 70 s is never refused.
 */
import {type BudgetWindow, counts, nextAllowed} from '../engine/refresh/refresh-budget.ts';
import type {RefreshAttempt, TokenState} from '../engine/refresh/refresh-record.ts';

export interface ForecastFacts {
  /** The store's clock, µs. */
  readonly now: number;
  readonly token: Pick<TokenState, 'expiresAt'> | undefined;
  /** µs. */
  readonly margin: number;
  /** Any refresh is pointless until a person has authorised anew. */
  readonly reauthorise: unknown;
  /** No attempt before this: backoff; 0: none. */
  readonly notBefore: number;
  readonly attempts: readonly RefreshAttempt[];
  readonly budget: readonly BudgetWindow[];
}

export interface RefreshForecast {
  /** µs; undefined: none is foreseen (the token does not expire, there is none, or a person has to authorise anew). */
  readonly nextRefreshAt: number | undefined;
  /** Mean distance of the last attempts, µs; undefined: fewer than two are known. */
  readonly pace: number | undefined;
  /** When an attempt would be refused if they went on at this pace, µs; undefined: never, or no pace is known. */
  readonly exhaustedAt: number | undefined;
}

export const forecastRefresh = (facts: ForecastFacts): RefreshForecast => {
  const pace = paceOf(facts);
  return {
    nextRefreshAt: nextRefreshAt(facts),
    pace,
    exhaustedAt: pace === undefined ? undefined : exhaustedAt(facts, pace),
  };
};

const PACE_OF = 10;
/** Attempts looked ahead at most: larger budgets than that are not exhausted within any useful time. */
const MOST_AHEAD = 10_000;

const nextRefreshAt = (facts: ForecastFacts): number | undefined => {
  const {now, token, margin, reauthorise, notBefore, attempts, budget} = facts;
  if (token === undefined || token.expiresAt === Number.POSITIVE_INFINITY || reauthorise !== undefined)
    return undefined;
  return Math.max(now, token.expiresAt - margin, notBefore, nextAllowed(attempts, budget, now));
};

const paceOf = ({attempts}: ForecastFacts): number | undefined => {
  const starts = startsOf(attempts).slice(-PACE_OF);
  if (starts.length < 2) return undefined;
  return Math.max(1, (starts.at(-1)! - starts[0]!) / (starts.length - 1));
};

const exhaustedAt = ({now, attempts, budget}: ForecastFacts, pace: number): number | undefined => {
  const ends = attempts
    .filter(counts)
    .map(({until}) => Math.min(until, now))
    .sort((a, b) => a - b);
  const last = startsOf(attempts).at(-1)!;
  // After so many attempts at one pace, windows hold nothing else, and no later attempt is refused if this one is not.
  const ahead = Math.min(MOST_AHEAD, Math.max(...budget.map(({count}) => count)) + 1);
  for (let n = 0, at = Math.max(now, last + pace); n < ahead; n++, at += pace) {
    if (budget.some(({count, per}) => ends.length >= count && ends[ends.length - count]! + per > at))
      return Math.ceil(at);
    ends.push(at);
  }
  return undefined;
};

const startsOf = (attempts: readonly RefreshAttempt[]): readonly number[] =>
  attempts
    .filter(counts)
    .map(({startedAt}) => startedAt)
    .sort((a, b) => a - b);
