import type {RowAddress} from '../../engine/live/check.ts';
import type {DeniedKey, DeniedSpan, Usage} from '../../store/port.ts';
import {DENIED_GRAINS, startOf} from '../../store/usage-window.ts';
import type {Identities, RefusedKey} from '../../view/model/activity-report.ts';
import {type CountedRange, reportRange} from './report-range.ts';

export interface KeyChoice {
  readonly selected: (address: RowAddress) => boolean;
  /** Asked of `limit/key`, many at a time. */
  readonly filter: ((texts: readonly string[]) => readonly boolean[]) | undefined;
  /** Keys in the answer. */
  readonly count: number;
}

/** Keys of a range that were counted, and of which whole hours or days. */
interface Counted {
  readonly range: CountedRange;
  readonly keys: readonly DeniedKey[];
}

/** No more than stores keep of all days together. */
const EVERY = 100_000;

/** The refusals of keys in the whole hours (or days, where those of hours are not kept) that a range touches. */
const countRefusals = async (
  store: Pick<Usage, 'mostDenied'>,
  {from, until}: CountedRange,
  now: number,
): Promise<Counted> => {
  const {hour} = DENIED_GRAINS;
  const span: DeniedSpan = from > now - hour.kept + hour.length ? 'hour' : 'day';
  const grain = DENIED_GRAINS[span];
  const first = startOf(from, grain);
  const last = startOf(until + grain.length - 1, grain);
  const end = Math.min(last, now);
  const isExact = first === from && end === until;
  return {
    range: {from: first, until: end, edges: isExact ? 'exact' : 'hour'},
    keys: await store.mostDenied(first, last, EVERY, span),
  };
};

/** The most refused keys of a range. `deniedOf` is what a limit denied in that range; undefined: not known. */
export const refusedKeys = async (
  store: Pick<Usage, 'mostDenied'>,
  range: CountedRange,
  now: number,
  {selected, filter, count}: KeyChoice,
  deniedOf: (limit: string) => number,
): Promise<Identities> => {
  const {range: counted, keys: all} = await countRefusals(store, range, now);
  const chosen = all.filter(({address}) => selected(address));
  const wanted = filter?.(chosen.map(({address: {limit, key}}) => `${limit}/${key}`));
  const keys = mergeShapes(wanted === undefined ? chosen : chosen.filter((_, i) => wanted[i]));
  const sums = new Map<string, number>();
  for (const {address, denied} of all) sums.set(address.limit, (sums.get(address.limit) ?? 0) + denied);
  // Refusals in shadow are counted, too, and hours are wider than the range: no share is above the whole.
  const wholeOf = (limit: string): number => Math.max(deniedOf(limit), sums.get(limit) ?? 0);
  return {
    range: reportRange(counted),
    keys: keys.slice(0, count).map((key) => refusedKey(key, wholeOf(key.address.limit))),
    counted: keys.length,
    denied: keys.reduce((sum, {denied}) => sum + denied, 0),
  };
};

/** Refusals by `limit`, key and tier in the range before, for comparison. */
export const refusalsBefore = async (
  store: Pick<Usage, 'mostDenied'>,
  range: CountedRange,
  now: number,
): Promise<ReadonlyMap<string, number>> => {
  const {keys} = await countRefusals(store, range, now);
  return new Map(mergeShapes(keys).map(({address, denied}) => [keyId(address), denied]));
};

export const keyId = ({limit, key, tier}: {limit: string; key: string; tier?: string}): string =>
  JSON.stringify([limit, tier ?? '', key]);

/** A key whose limit changed its algorithms was counted under both. */
const mergeShapes = (keys: readonly DeniedKey[]): readonly DeniedKey[] => {
  const merged = new Map<string, DeniedKey>();
  for (const key of keys) {
    const id = keyId(key.address);
    const before = merged.get(id);
    merged.set(id, before === undefined ? key : {...before, denied: before.denied + key.denied});
  }
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...merged.values()].sort(
    (a, b) =>
      b.denied - a.denied ||
      byText(a.address.limit, b.address.limit) ||
      byText(a.address.key, b.address.key) ||
      byText(a.address.tier, b.address.tier),
  );
};

const refusedKey = ({address: {limit, key, tier}, denied}: DeniedKey, whole: number): RefusedKey => ({
  limit,
  key,
  ...(tier === '' ? {} : {tier}),
  denied,
  share: whole === 0 ? 0 : denied / whole,
});
