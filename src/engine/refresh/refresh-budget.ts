/**
 * How often a token may be refreshed: at most `count` attempts in any stretch of `per` µs, for every window.
 *
 * The provider sees an attempt somewhere between its start and its `until`. So an attempt may start when fewer than `count` of the
 * others ended less than `per` ago, which is when the one that ended as the `count`-th last did so at least `per` ago:
 *
 *     start ≥ (count-th latest until) + per      for every window
 *
 * The order in which attempts are kept does not matter: a store that was put back, or a clock that was, may have mixed it.
 *
 * Example, 1 in 3 min and 10 in 10 min: attempts that end at 0:00, 3:00, … 27:00 are 3 min apart, and the eleventh starts 10 min
 * after the first ended at the earliest. An attempt whose outcome is unknown counts; one that was given up unsent does not.
 */
import type {RefreshAttempt, RefreshReason} from './refresh-record.ts';

export interface BudgetWindow {
  readonly count: number;
  /** µs. */
  readonly per: number;
}

/** Never more than 1 in 3 minutes, never more than 10 in 10 minutes. */
export const DEFAULT_BUDGET: readonly BudgetWindow[] = [
  {count: 1, per: 180_000_000},
  {count: 10, per: 600_000_000},
];

export interface WindowUse extends BudgetWindow {
  /** Attempts that count in the stretch that ends now. */
  readonly used: number;
  /** When one more is allowed by this window; 0: now. */
  readonly nextAt: number;
}

/** An attempt that counts against the budget. */
export const counts = ({outcome}: RefreshAttempt): boolean => outcome !== 'not-sent';

/** How each window stands at `now`. */
export const budgetUse = (
  attempts: readonly RefreshAttempt[],
  windows: readonly BudgetWindow[],
  now: number,
): readonly WindowUse[] => {
  const ends = attempts
    .filter(counts)
    .map(({until}) => until)
    .sort((a, b) => b - a);
  return windows.map(({count, per}) => {
    const used = ends.filter((until) => until + per > now).length;
    return {count, per, used, nextAt: used < count ? 0 : ends[count - 1]! + per};
  });
};

/** When the next attempt may start; 0: now. An emergency is held to the longest window only. */
export const nextAllowed = (
  attempts: readonly RefreshAttempt[],
  windows: readonly BudgetWindow[],
  now: number,
  reason: RefreshReason = 'due',
): number => {
  const longest = Math.max(...windows.map(({per}) => per));
  const held = reason === 'emergency' ? windows.filter(({per}) => per === longest) : windows;
  return Math.max(0, ...budgetUse(attempts, held, now).map(({nextAt}) => nextAt));
};
