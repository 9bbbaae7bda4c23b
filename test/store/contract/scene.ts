import type {Check, CheckAnswer} from '../../../src/engine/live/check.ts';
import {type Attributes, RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import type {RowPage, RowSelection, Store, StoredRow} from '../../../src/store/port.ts';
import type {StoreOptions} from '../../../src/store/store-target.ts';
import {at} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';

/** Somewhere a store can be: nothing is in it yet, and it is thrown away. */
export interface StorePlace {
  /** A handle; all handles of a place see the same state. Defaults: for writing, at once. */
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** After all handles were closed. */
  remove(): Promise<void>;
}

export interface Scene {
  readonly store: Store;
  /** What the store's clock says, µs. Begins at `START`. */
  readonly clock: {now: number};
  /** One more handle with the same clock. */
  another(): Promise<Store>;
  readonly place: StorePlace;
}

/** Not on the grid of anything. */
export const START = at('2026-01-05T12:00:30Z') + 123_457;

/** How a test gets its store: an empty one, with a clock that stands still until it is set. */
export type OnScene = (work: (scene: Scene) => Promise<void>) => () => Promise<void>;

export const sceneOf =
  (newPlace: () => Promise<StorePlace>): OnScene =>
  (work) =>
  async () => {
    const place = await newPlace();
    const clock = {now: START};
    const opened: Store[] = [];
    const another = async (): Promise<Store> => {
      const store = await place.open({clock: () => clock.now});
      opened.push(store);
      return store;
    };
    try {
      await work({store: await another(), clock, another, place});
    } finally {
      await Promise.all(opened.map((store) => store.close()));
      await place.remove();
    }
  };

/** A policy of one limit by `{key}`. */
export const limitOfBuckets = (...buckets: readonly AlgorithmSpec[]): RequestRouter =>
  new RequestRouter(policyOf([{name: 'limit', buckets}]));

/** A request to a router's policy, at an instant. */
export const checkOf = (
  router: RequestRouter,
  attributes: Attributes,
  {now = START, cost = 1, hold = Number.POSITIVE_INFINITY}: {now?: number; cost?: number; hold?: number} = {},
): Check => router.route(attributes, {now, cost, hold});

/** Asks one check. */
export const ask = async (store: Store, check: Check): Promise<CheckAnswer> =>
  (await store.check([check]))[0]!;

export const kinds = ({verdicts}: CheckAnswer): number[] => verdicts.map(({kind}) => kind);
export const remaining = ({verdicts}: CheckAnswer): number[] => verdicts.map((verdict) => verdict.remaining);

/** `Array.fromAsync`, which the library of types does not know yet. */
export const collect = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
};

export const pagesOf = async (
  store: Store,
  selection: RowSelection,
  pageSize?: number,
): Promise<readonly RowPage[]> => collect(store.scan(selection, pageSize));

export const rowsOf = async (store: Store, selection: RowSelection): Promise<readonly StoredRow[]> =>
  (await pagesOf(store, selection)).flatMap(({rows}) => rows);

/** The distinct keys of a selection, sorted. */
export const keysOf = async (store: Store, selection: RowSelection): Promise<readonly string[]> =>
  [...new Set((await rowsOf(store, selection)).map(({address}) => address.key))].sort();
