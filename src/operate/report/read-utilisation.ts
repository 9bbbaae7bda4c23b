import {toRfc3339} from '../../base/micros.ts';
import type {LimitUtilisation, Utilisation} from '../../view/model/activity-report.ts';
import {findKeys, type StatusScope} from '../status/find-keys.ts';
import type {Looked, StoreView} from '../store-view.ts';

export interface UtilisationQuery {
  readonly scope: StatusScope;
  readonly filter: ((texts: readonly string[]) => readonly boolean[]) | undefined;
  /** Rows that are read at most. */
  readonly maxKeys: number;
  readonly onRead?: ((rows: number) => void) | undefined;
}

/** How much of their buckets the keys of a scope have used now, by limit. */
export const readUtilisation = async (
  source: Looked,
  view: StoreView,
  {scope, filter, maxKeys, onRead}: UtilisationQuery,
): Promise<Utilisation> => {
  const shares = new Map<string, number[]>();
  let read = 0;
  let complete = true;
  const wants = (addresses: readonly {limit: string; key: string}[]): readonly boolean[] =>
    filter?.(addresses.map(({limit, key}) => `${limit}/${key}`)) ?? addresses.map(() => true);
  for await (const found of findKeys(source, view, scope, {wants, maxKeys, mostRecent: maxKeys})) {
    read += found.read;
    onRead?.(read);
    if (found.cut) complete = false;
    for (const {address, standing} of found.keys) {
      if (standing.units === undefined) continue;
      const list = shares.get(address.limit) ?? [];
      list.push(standing.units.share);
      shares.set(address.limit, list);
    }
  }
  const limits = [...shares].map(([limit, list]) => limitUtilisation(limit, list));
  return {
    at: toRfc3339(view.now()),
    scope: scope.kind,
    keys: limits.reduce((sum, {keys}) => sum + keys, 0),
    complete,
    limits: limits.sort((a, b) => (a.limit < b.limit ? -1 : 1)),
  };
};

/** Percentiles by nearest rank: the smallest share that at least so many per cent of the keys do not exceed. */
const limitUtilisation = (limit: string, unsorted: readonly number[]): LimitUtilisation => {
  const shares = Float64Array.from(unsorted).sort();
  const at = (percent: number): number =>
    shares[Math.max(0, Math.ceil((percent / 100) * shares.length) - 1)]!;
  const tenths = new Array<number>(10).fill(0);
  for (const share of shares) tenths[Math.min(9, Math.max(0, Math.floor(share * 10)))]!++;
  return {limit, keys: shares.length, p50: at(50), p90: at(90), p99: at(99), max: at(100), tenths};
};
