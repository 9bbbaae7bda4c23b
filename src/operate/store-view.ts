import type {RowAddress} from '../engine/live/check.ts';
import type {Policy} from '../engine/policy-model.ts';
import {type AdaptiveEntry, listAdaptive} from '../store/control-document.ts';
import {listOverrides} from '../store/override-document.ts';
import type {HotKey, Store, StoreFacts} from '../store/port.ts';
import {type SharesInForce, sharesInForce} from './adaptive-shares.ts';
import {KeyRules} from './key-rules.ts';

/** What looking needs of a store: nothing in it writes. */
export type ReadableStore = Pick<
  Store,
  'read' | 'scan' | 'get' | 'list' | 'hot' | 'slots' | 'latest' | 'facts' | 'queues'
>;

export interface Looked {
  readonly store: ReadableStore;
  /** Undefined: none was found. */
  readonly policy: Policy | undefined;
  /** This machine's clock, µs. */
  readonly localNow: () => number;
}

/** A store with its clock, its overrides and its index of keys in trouble, as they were when it was opened. */
export interface StoreView {
  readonly facts: StoreFacts;
  /** How far the store's clock is ahead of ours, and how much that may be wrong, µs. */
  readonly skew: number;
  readonly skewError: number;
  /** The store's clock now, µs. */
  now(): number;
  /** Undefined without a policy. */
  readonly rules: KeyRules | undefined;
  readonly liveOverrides: number;
  /** Adaptive control as the store has it, and what it leaves of the policy's limits and pools. */
  readonly adaptive: readonly AdaptiveEntry[];
  readonly shares: SharesInForce;
  readonly hot: readonly HotKey[];
  deniedLastMinute(address: RowAddress): number;
}

/** As many as the index holds. */
const MOST_HOT = 10_000;

export const openStoreView = async ({store, policy, localNow}: Looked): Promise<StoreView> => {
  const before = localNow();
  const facts = await store.facts();
  const after = localNow();
  const skew = Math.round(facts.now - (before + after) / 2);
  const [overrides, hot, adaptive] = await Promise.all([
    listOverrides(store),
    store.hot(MOST_HOT),
    listAdaptive(store),
  ]);
  const shares = sharesInForce(adaptive, policy);
  const hotByKey = Map.groupBy(hot, ({address}) => address.key);
  return {
    facts,
    skew,
    skewError: Math.round(Math.max(after - before, facts.roundTrip) / 2),
    now: () => facts.now + Math.max(0, localNow() - after),
    rules: policy && new KeyRules(policy, overrides, shares.limits),
    liveOverrides: overrides.length,
    adaptive,
    shares,
    hot,
    deniedLastMinute: (address) =>
      hotByKey.get(address.key)?.findLast((one) => isSame(one.address, address))?.deniedLastMinute ?? 0,
  };
};

const isSame = (a: RowAddress, b: RowAddress): boolean =>
  a.key === b.key && a.limit === b.limit && a.tier === b.tier && a.shape === b.shape;
