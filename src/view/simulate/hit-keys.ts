import type {KeySummary, LimitSummary} from '../model/simulate-report.ts';
import type {Detail} from './detail.ts';

const SHOWN = 10;

export interface HitKey {
  readonly limit: LimitSummary;
  readonly key: KeySummary;
}

export interface HitKeys {
  /** In the order of the limits, then most denied first. */
  readonly shown: readonly HitKey[];
  /** Denied keys that the report names but that are not shown. */
  readonly named: number;
  /** Denied keys that are not shown. */
  readonly hidden: number;
}

/** The hardest hit keys: ten of all limits, the first of every limit always among them; or all that the report names. */
export const hitKeys = (limits: readonly LimitSummary[], detail: Detail): HitKeys => {
  const all = limits.flatMap((limit) =>
    limit.top.filter((key) => key.denied > 0).map((key) => ({limit, key})),
  );
  const rank = ({limit, key}: HitKey): number => (limit.top[0] === key ? 0 : 1);
  const best = [...all].sort((a, b) => rank(a) - rank(b) || b.key.denied - a.key.denied).slice(0, SHOWN);
  const chosen = new Set(detail === 'wide' ? all : best);
  const shown = all.filter((hit) => chosen.has(hit));
  const denied = limits.reduce((sum, limit) => sum + limit.deniedKeys, 0);
  return {shown, named: all.length - shown.length, hidden: Math.max(0, denied - shown.length)};
};
