import {isBehaviourRow} from '../../engine/behaviour/behaviour-state.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {StoredRow} from '../../store/port.ts';
import {isStoreError} from '../../store/store-error.ts';
import {KeyStateReader} from '../key-state.ts';
import {rowSelectionOf, type Selector, selectorTest} from '../selector.ts';
import type {Looked, StoreView} from '../store-view.ts';
import type {ObservedKey} from './observed-key.ts';

/** `recent`: what the store's index of keys in trouble holds, without looking through the keys. */
export type StatusScope = Selector | {readonly kind: 'recent'};

export interface FindOptions {
  /** Which of these addresses, a page at most, are wanted: asked before a row is read or judged. */
  readonly wants: (addresses: readonly RowAddress[]) => readonly boolean[];
  /** Rows after which a search through the keys ends. */
  readonly maxKeys: number;
  /** Keys of the index that are read, those with the most refusals. */
  readonly mostRecent: number;
}

/** Keys found together, and what was met on the way. */
export interface Found {
  readonly keys: readonly ObservedKey[];
  /** Rows read for it. */
  readonly read: number;
  readonly foreign: readonly string[];
  /** There is more that was not looked at. */
  readonly cut: boolean;
}

/** Rows per round trip. */
const PAGE = 500;

/** Finds the keys of a scope, page by page, and says how each stands at that moment. */
export async function* findKeys(
  {store}: Looked,
  view: StoreView,
  scope: StatusScope,
  options: FindOptions,
): AsyncGenerator<Found> {
  const reader = new KeyStateReader();
  const observe = (address: RowAddress, row: StoredRow | undefined): ObservedKey => {
    const now = view.now();
    const rule = view.rules?.of(address, now);
    const standing = reader.stand(rule, row, {now});
    return {address, row, rule, now, standing, deniedLastMinute: view.deniedLastMinute(address)};
  };

  if (scope.kind === 'recent' || (scope.kind === 'exact' && view.rules !== undefined)) {
    const wanted =
      scope.kind === 'recent'
        ? wantedOf(
            view.hot.map(({address}) => address),
            options,
          )
        : wantedOf(view.rules!.placesOf(scope.limit, scope.key, view.now()), options);
    const all = scope.kind === 'recent' ? mostRefused(wanted, view, options.mostRecent) : wanted;
    for (let from = 0; from < all.length; from += PAGE) {
      const addresses = all.slice(from, from + PAGE);
      if (scope.kind === 'exact') {
        const rows = await store.read(addresses);
        const keys = addresses.map((address, i) => observe(address, rows[i])).filter(isThere);
        yield {keys, read: addresses.length, foreign: [], cut: false};
        continue;
      }
      const {rows, foreign} = await readOurs(store, addresses);
      yield {
        keys: rows.map(({address, row}) => observe(address, row)),
        read: addresses.length,
        foreign: foreign.map(({limit, key}) => `${limit}/${key}`),
        cut: all.length < wanted.length,
      };
    }
    return;
  }
  const selected = selectorTest(scope);
  let left = options.maxKeys;
  for await (const {rows, foreign} of store.scan(rowSelectionOf(scope), PAGE)) {
    const mine: StoredRow[] = [];
    let read = 0;
    for (const row of rows) {
      if (isBehaviourRow(row.address)) continue;
      if (read === left) break;
      read++;
      if (selected(row.address)) mine.push(row);
    }
    left -= read;
    const wants = options.wants(mine.map(({address}) => address));
    const keys: ObservedKey[] = [];
    for (let i = 0; i < mine.length; i++) if (wants[i]) keys.push(observe(mine[i]!.address, mine[i]));
    const cut = left <= 0;
    yield {keys, read, foreign, cut};
    if (cut) return;
  }
}

/** Those that are wanted, asked in pages. */
const wantedOf = (addresses: readonly RowAddress[], {wants}: FindOptions): readonly RowAddress[] => {
  const found: RowAddress[] = [];
  for (let from = 0; from < addresses.length; from += PAGE) {
    const page = addresses.slice(from, from + PAGE);
    const wanted = wants(page);
    found.push(...page.filter((_, i) => wanted[i]));
  }
  return found;
};

interface OurRows {
  readonly rows: readonly {readonly address: RowAddress; readonly row: StoredRow | undefined}[];
  readonly foreign: readonly RowAddress[];
}

/**
 * The rows that are ours. One that somebody else wrote over makes the whole reading fail: it is looked for by halves, so that it
 * does not hide all others.
 */
const readOurs = async (store: Looked['store'], addresses: readonly RowAddress[]): Promise<OurRows> => {
  try {
    const rows = await store.read(addresses);
    return {rows: addresses.map((address, i) => ({address, row: rows[i]})), foreign: []};
  } catch (error) {
    if (!isStoreError(error) || error.kind !== 'foreign') throw error;
    if (addresses.length <= 1) return {rows: [], foreign: addresses};
  }
  const middle = addresses.length >> 1;
  const first = await readOurs(store, addresses.slice(0, middle));
  const second = await readOurs(store, addresses.slice(middle));
  return {rows: [...first.rows, ...second.rows], foreign: [...first.foreign, ...second.foreign]};
};

/** Of a key that was named, the tiers that have a row or are overridden; the others were never used. */
const isThere = ({row, rule, standing}: ObservedKey): boolean =>
  row !== undefined || (rule?.override !== undefined && standing.units !== undefined);

const mostRefused = (
  addresses: readonly RowAddress[],
  view: StoreView,
  count: number,
): readonly RowAddress[] => {
  if (addresses.length <= count) return addresses;
  return addresses
    .map((address) => ({address, denied: view.deniedLastMinute(address)}))
    .sort((a, b) => b.denied - a.denied)
    .slice(0, count)
    .map(({address}) => address);
};
