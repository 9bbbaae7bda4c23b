import {setTimeout as sleep} from 'node:timers/promises';
import type {PoolLease, PoolState} from '../../engine/pool/pool.ts';
import {readPoolState} from '../../engine/pool/pool-reader.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {Store} from '../../store/port.ts';
import {StoreError} from '../../store/store-error.ts';
import {POOL_KIND, StoredPool} from '../../store/stored-pool.ts';

const ATTEMPTS = 200;
const LONGEST_PAUSE_MS = 20;

/**
 * Frees the slots that were seen, whatever came and went since, and tells the processes that wait. Those who wait stay: the slots are
 * theirs next. The last token stays, too, so that the tokens of whoever held the slots are known to be old. Answers how many slots
 * were freed: some may have been given back meanwhile.
 */
export const freeSlots = async (
  store: Pick<Store, 'get' | 'put' | 'now' | 'notify' | 'listen'>,
  pool: string,
  seen: readonly PoolLease[],
): Promise<number> => {
  const tokens = new Set(seen.map(({token}) => token));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const document = await store.get(POOL_KIND, pool);
    const state = document === undefined ? undefined : readPoolState(document.value);
    if (document === undefined || state === undefined) return 0;
    const leases = state.leases.filter(({token}) => !tokens.has(token));
    const freed = state.leases.length - leases.length;
    if (freed === 0) return 0;
    const next: PoolState = {...state, leases};
    const put = await store.put(POOL_KIND, pool, next, {ifVersion: document.version});
    if (put !== undefined) {
      // A hint: whoever waits looks from time to time, too.
      await new StoredPool(store, {...UNKNOWN_SPEC, name: pool}).notify().catch(() => undefined);
      return freed;
    }
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new StoreError(`the pool "${pool}" is changed by others all the time`, {
    kind: 'server',
    url: 'the store',
    hint: 'run the command again',
  });
};

/** Of a pool that no policy knows: to tell of it asks for nothing but its name. */
const UNKNOWN_SPEC: Omit<PoolSpec, 'name'> = {
  max: 1,
  key: undefined,
  maxPerKey: 1,
  queue: 0,
  wait: 0,
  lease: 1,
  order: 'fifo',
  when: [],
  unless: [],
};
