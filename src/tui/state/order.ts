import type {StatusSort} from '../../operate/status/status-order.ts';
import {STATUS_STATES, type StatusKey, type StatusState} from '../../view/model/status-report.ts';

type Compare = (a: StatusKey, b: StatusKey) => number;

const RANK = Object.fromEntries(STATUS_STATES.map((state, rank) => [state, rank])) as Record<
  StatusState,
  number
>;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName: Compare = (a, b) =>
  byText(a.limit, b.limit) || byText(a.key, b.key) || byText(a.tier ?? '', b.tier ?? '');
const byRank: Compare = (a, b) => RANK[a.state] - RANK[b.state];
const shareOf = ({state, share}: StatusKey): number => (state === 'blocked' ? 1 : (share ?? -1));
const byShare: Compare = (a, b) => shareOf(b) - shareOf(a);
const byDenied: Compare = (a, b) => b.deniedLastMinute - a.deniedLastMinute;

/** When the key's trouble ends; one that nothing lets in again ends last. */
const endOf = ({retryAfterMs, resetAfterMs, capacity}: StatusKey): number => {
  if (retryAfterMs === undefined) return capacity === undefined ? 0 : Number.POSITIVE_INFINITY;
  return retryAfterMs > 0 ? retryAfterMs : (resetAfterMs ?? 0);
};
const byReset: Compare = (a, b) => {
  const [first, second] = [endOf(a), endOf(b)];
  return first === second ? 0 : first - second;
};

const ORDERS: Readonly<Record<StatusSort, Compare>> = {
  used: (a, b) => byRank(a, b) || byShare(a, b) || byDenied(a, b) || byName(a, b),
  reset: (a, b) => byReset(a, b) || byRank(a, b) || byName(a, b),
  denied: (a, b) => byDenied(a, b) || byRank(a, b) || byShare(a, b) || byName(a, b),
  key: byName,
};

/** The order of `ratectl status --sort`, of keys that were read. */
export const orderOf = (sort: StatusSort, direction: 'forward' | 'reverse'): Compare => {
  const order = ORDERS[sort];
  return direction === 'forward' ? order : (a, b) => order(b, a);
};
