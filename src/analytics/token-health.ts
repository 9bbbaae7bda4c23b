/**
 * How well a token and its refreshes are, as a number from 0 (a person has to act) to 100 (nothing to do):
 *
 *     score = max(0, 100 − points lost)
 *
 *     authorisation   100  no refresh can help until a person authorises anew
 *     expiry           30  expired, or no token; within the margin 30 × (1 − time left / margin)
 *     suspicion        15  a caller was answered 401 with it
 *     failures         20  5 for each failed attempt in a row, up to four
 *     outcomes         20  20 × failed attempts / all attempts that came to an end, of those that are known
 *     breaker          15  open; half-open 8
 *     budget           10  10 × the fullest window's used share; windows of a single attempt are not looked at
 *
 * Each term is rounded to whole points. No term falls when things become worse, so neither does what is lost: one more failure never
 * raises the score. Example: half of the margin left (15), one failure in a row (5), one of four attempts failed (5), 4 of 10 used
 * (4): 100 − 29 = 71.
 */
import type {BreakerKind} from '../engine/breaker.ts';
import type {WindowUse} from '../engine/refresh/refresh-budget.ts';
import type {AttemptOutcome} from '../engine/refresh/refresh-record.ts';
import type {TokenFacts} from '../engine/token-verdict.ts';

export interface HealthFacts extends TokenFacts {
  /** Of the attempts that are known; undefined: not ended. */
  readonly outcomes: readonly (AttemptOutcome | undefined)[];
  /** Failed attempts in a row. */
  readonly failures: number;
  readonly breaker: BreakerKind;
  readonly budget: readonly WindowUse[];
}

export type HealthTermName =
  | 'authorisation'
  | 'expiry'
  | 'suspicion'
  | 'failures'
  | 'outcomes'
  | 'breaker'
  | 'budget';

export interface HealthTerm {
  readonly name: HealthTermName;
  /** Whole points, 0 … the most that this term can lose. */
  readonly lost: number;
  /** In words, for people: `2 failed in a row`. */
  readonly why: string;
}

export interface TokenHealth {
  /** 0 … 100. */
  readonly score: number;
  /** All of them, in the order of the formula, those that lose nothing too. */
  readonly terms: readonly HealthTerm[];
}

export const tokenHealth = (facts: HealthFacts): TokenHealth => {
  const terms = TERMS.map(([name, term]) => {
    const {lost, why} = term(facts);
    return {name, lost: Math.round(lost), why};
  });
  const lost = terms.reduce((sum, term) => sum + term.lost, 0);
  return {score: Math.max(0, 100 - lost), terms};
};

type Term = (facts: HealthFacts) => Omit<HealthTerm, 'name'>;

const authorisation: Term = ({token, reauthorise, spends}) => {
  if (reauthorise?.why === 'rejected') return {lost: 100, why: 'the provider refused the refresh token'};
  if (reauthorise !== undefined)
    return {lost: 100, why: 'the refresh token may be spent: an answer was lost'};
  if (spends === 'refresh-token' && token === undefined) return {lost: 100, why: 'there is no token'};
  return {lost: 0, why: 'authorised'};
};

const expiry: Term = ({token, now, margin}) => {
  if (token === undefined) return {lost: 30, why: 'there is no token'};
  const left = token.expiresAt - now;
  if (left <= 0) return {lost: 30, why: 'expired'};
  if (left >= margin) return {lost: 0, why: 'not within the margin'};
  const share = 1 - left / margin;
  return {lost: 30 * share, why: `${percent(share)} of the margin before expiry have passed`};
};

const suspicion: Term = ({suspect}) =>
  suspect === undefined
    ? {lost: 0, why: 'no caller was refused'}
    : {lost: 15, why: 'a caller was answered 401 with it'};

const failures: Term = ({failures: inRow}) => ({
  lost: 5 * Math.min(4, inRow),
  why: inRow === 0 ? 'the last attempt did not fail' : `${inRow} failed in a row`,
});

const FAILED: readonly (AttemptOutcome | undefined)[] = ['failed', 'rejected', 'answer-lost'];

const outcomes: Term = ({outcomes: known}) => {
  const failed = known.filter((outcome) => FAILED.includes(outcome)).length;
  const all = failed + known.filter((outcome) => outcome === 'refreshed').length;
  if (all === 0) return {lost: 0, why: 'no attempt is known'};
  return {lost: (20 * failed) / all, why: `${failed} of ${all} known attempts failed`};
};

const breaker: Term = ({breaker: kind}) => ({
  lost: {closed: 0, 'half-open': 8, open: 15}[kind],
  why: `the circuit breaker is ${kind}`,
});

const budget: Term = ({budget: windows}) => {
  const [fullest] = windows
    .filter(({count}) => count > 1)
    .sort((a, b) => b.used / b.count - a.used / a.count);
  if (fullest === undefined) return {lost: 0, why: 'no window holds more than one attempt'};
  const {used, count} = fullest;
  return {lost: 10 * Math.min(1, used / count), why: `${used} of ${count} attempts of a window are used`};
};

const TERMS: readonly (readonly [HealthTermName, Term])[] = [
  ['authorisation', authorisation],
  ['expiry', expiry],
  ['suspicion', suspicion],
  ['failures', failures],
  ['outcomes', outcomes],
  ['breaker', breaker],
  ['budget', budget],
];

const percent = (share: number): string => `${Math.floor(share * 100)} %`;
