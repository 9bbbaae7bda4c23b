import type {RowAddress} from '../../engine/live/check.ts';
import type {StoredRow} from '../../store/port.ts';
import {KeyStateReader} from '../key-state.ts';
import {addressesOf, rowSelectionOf, type Selector, selectorTest} from '../selector.ts';
import type {Looked, StoreView} from '../store-view.ts';
import type {ObservedKey} from './observed-key.ts';

/** `recent`: what the store's index of keys in trouble holds, without looking through the keys. */
export type StatusScope = Selector | {readonly kind: 'recent'};

export interface FindOptions {
  /** Whether limit and key are wanted: asked before a row is read or judged. */
  readonly wants: (address: RowAddress) => boolean;
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
  {store, policy}: Looked,
  view: StoreView,
  scope: StatusScope,
  options: FindOptions,
): AsyncGenerator<Found> {
  const reader = new KeyStateReader();
  const observe = (address: RowAddress, row: StoredRow | undefined): ObservedKey => {
    const now = view.now();
    const rule = view.rules?.of(address, now);
    return {
      address,
      row,
      state: reader.read(rule, row, {now}),
      override: rule?.override,
      deniedLastMinute: view.deniedLastMinute(address),
    };
  };

  if (scope.kind === 'recent' || (scope.kind === 'exact' && policy !== undefined)) {
    const wanted =
      scope.kind === 'recent'
        ? view.hot.map(({address}) => address).filter(options.wants)
        : addressesOf(scope, policy!).filter(options.wants);
    const all = scope.kind === 'recent' ? mostRefused(wanted, view, options.mostRecent) : wanted;
    for (let from = 0; from < all.length; from += PAGE) {
      const addresses = all.slice(from, from + PAGE);
      const rows = await store.read(addresses);
      const seen = addresses.map((address, i) => observe(address, rows[i]));
      yield {
        keys: scope.kind === 'recent' ? seen : seen.filter(isThere),
        read: addresses.length,
        foreign: [],
        cut: all.length < wanted.length,
      };
    }
    return;
  }
  const selected = selectorTest(scope);
  let left = options.maxKeys;
  for await (const {rows, foreign} of store.scan(rowSelectionOf(scope), PAGE)) {
    const some = rows.length > left ? rows.slice(0, left) : rows;
    left -= some.length;
    const keys = some
      .filter(({address}) => selected(address) && options.wants(address))
      .map((row) => observe(row.address, row));
    const cut = left <= 0;
    yield {keys, read: some.length, foreign, cut};
    if (cut) return;
  }
}

/** Of a key that was named, the tiers that have a row or are overridden; the others were never used. */
const isThere = ({row, override, state}: ObservedKey): boolean =>
  row !== undefined || (override !== undefined && state.units !== undefined);

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
