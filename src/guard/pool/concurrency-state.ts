import {emptyPool, type PoolState} from '../../engine/pool/pool.ts';
import {readPoolState} from '../../engine/pool/pool-reader.ts';
import {POOL_KIND, type PoolStore} from '../../store/stored-pool.ts';
import {countsOf} from './change-teller.ts';

/** A pool as it is, all processes together. */
export interface ConcurrencyState {
  readonly pool: string;
  /** Who decides: the pool in the store; while it is lost what `onStoreError` says; `off`: nobody. */
  readonly source: 'store' | 'open' | 'closed' | 'local' | 'off';
  /** Slots that there are now: less than the policy says while adaptive control holds it down. */
  readonly max: number;
  readonly running: number;
  readonly waiting: number;
  /** What somebody waits who comes now and goes last: an estimate, 0 while it is not known. */
  readonly estimatedWaitMs: number;
  /** How long slots are held, a moving average; 0: not known. */
  readonly meanHoldMs: number;
  /** By client, those with the most slots first; empty where clients are not told apart and nothing runs. */
  readonly keys: readonly {readonly key: string; readonly running: number; readonly waiting: number}[];
}

export const stateOf = (
  pool: string,
  source: ConcurrencyState['source'],
  state: PoolState,
  max: number,
): ConcurrencyState => {
  const keys = new Map<string, {running: number; waiting: number}>();
  const of = (key: string): {running: number; waiting: number} => {
    const counts = keys.get(key) ?? {running: 0, waiting: 0};
    keys.set(key, counts);
    return counts;
  };
  for (const {key} of state.leases) of(key).running++;
  for (const {key} of state.waiting) of(key).waiting++;
  return {
    ...{pool, source, max, ...countsOf(state, max)},
    meanHoldMs: state.meanHold / 1_000,
    keys: [...keys]
      .map(([key, counts]) => ({key, ...counts}))
      .sort((a, b) => b.running - a.running || b.waiting - a.waiting),
  };
};

/** What the store has, without what has ended and was not taken away yet. Rejects with a StoreError. */
export const readPool = async (store: PoolStore, name: string): Promise<PoolState> => {
  const [document, now] = await Promise.all([store.get(POOL_KIND, name), store.now()]);
  const state = readPoolState(document?.value) ?? emptyPool;
  return {
    ...state,
    leases: state.leases.filter(({until}) => until > now),
    waiting: state.waiting.filter(({until}) => until > now),
  };
};
