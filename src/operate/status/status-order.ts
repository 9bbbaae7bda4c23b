import {STATUS_STATES} from '../../view/model/status-report.ts';
import type {ObservedKey} from './observed-key.ts';

export const STATUS_SORTS = ['used', 'reset', 'denied', 'key'] as const;
export type StatusSort = (typeof STATUS_SORTS)[number];

type Compare = (a: ObservedKey, b: ObservedKey) => number;

const RANK = new Map<string, number>(STATUS_STATES.map((state, rank) => [state, rank]));
const rankOf = ({standing}: ObservedKey): number => RANK.get(standing.condition)!;

/** Texts by their UTF-16 units: the same order everywhere, whatever the locale. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byAddress: Compare = ({address: a}, {address: b}) =>
  byText(a.limit, b.limit) || byText(a.key, b.key) || byText(a.tier, b.tier);

const byRank: Compare = (a, b) => rankOf(a) - rankOf(b);
/** A key that is refused whatever it used counts as full. */
const shareOf = ({standing: {condition, units}}: ObservedKey): number =>
  condition === 'blocked' ? 1 : (units?.share ?? -1);
const byShare: Compare = (a, b) => shareOf(b) - shareOf(a);
const byDenied: Compare = (a, b) => b.deniedLastMinute - a.deniedLastMinute;

/** When the key's trouble ends: when it is let in again, or, if it is, when it is as if never used. */
const endOf = ({standing: {retryAfter, units}}: ObservedKey): number =>
  retryAfter > 0 ? retryAfter : (units?.resetAfter ?? 0);
const byReset: Compare = (a, b) => (endOf(a) === endOf(b) ? 0 : endOf(a) - endOf(b));

const ORDERS: Readonly<Record<StatusSort, readonly Compare[]>> = {
  used: [byRank, byShare, byDenied],
  reset: [byReset, byRank],
  denied: [byDenied, byRank, byShare],
  key: [],
};

/** The worst first (`used`), what lifts soonest first (`reset`), most refusals first (`denied`), or by limit and key. */
export const statusOrder = (
  sort: StatusSort,
  direction: 'forward' | 'reverse',
): ((a: ObservedKey, b: ObservedKey) => number) => {
  const orders = [...ORDERS[sort], byAddress];
  const sign = direction === 'forward' ? 1 : -1;
  return (a, b) => {
    for (const order of orders) {
      const by = order(a, b);
      if (by !== 0) return sign * by;
    }
    return 0;
  };
};
