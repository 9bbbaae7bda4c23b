import {onTestFinished} from 'vitest';
import {readBreakerState} from '../../../src/engine/breaker-reader.ts';
import type {Breaker} from '../../../src/guard/breaker/breaker.ts';
import {BreakerOpenError} from '../../../src/guard/breaker/breaker-open-error.ts';
import type {BreakerGiven, BreakerOptions} from '../../../src/guard/breaker/breaker-options.ts';
import {createBreaker} from '../../../src/guard/breaker/create-breaker.ts';
import type {Store} from '../../../src/store/port.ts';
import {BREAKER_KIND, listBreakers} from '../../../src/store/stored-breaker.ts';
import {MINUTE, MS} from '../../support/instants.ts';
import {until} from '../support.ts';

/** A recovery that no test sits out: clocks are set forward, see `setClock` and `letPass`. */
export const SPEC: BreakerGiven = {
  name: 'db',
  failures: 3,
  rate: undefined,
  window: MINUTE,
  minimumCalls: 4,
  recovery: MINUTE,
  probes: 1,
  healthCheck: 100 * MS,
};

/** A breaker that is closed down when the test has ended. */
export const breakerFor = async (options: BreakerOptions = {}): Promise<Breaker> => {
  const breaker = await createBreaker({spec: SPEC, ...options});
  onTestFinished(() => breaker.close());
  return breaker;
};

export const isOpenIn = async (store: Store): Promise<boolean> =>
  (await listBreakers(store)).some(({state}) => state.kind === 'open');

/** As if so many µs had gone by since breakers on a store opened, and since probes were let through. */
export const letPass = async (store: Store, us: number): Promise<void> => {
  const shift = async (id: string): Promise<boolean> => {
    const {value, version, expiresAt} = (await store.get(BREAKER_KIND, id))!;
    const state = readBreakerState(value)!;
    const probes = state.probes.map((one) => ({...one, until: one.until - us}));
    const earlier = {...state, openedAt: state.openedAt - us, probes};
    return (await store.put(BREAKER_KIND, id, earlier, {expiresAt, ifVersion: version})) !== undefined;
  };
  for (const {id} of await store.list(BREAKER_KIND)) await until(() => shift(id));
  await store.announce();
};

export const failed = new Error('the database is away');

/** One call: `ok`, `failed`, or `open` when the breaker refused it. */
export const call = async (breaker: Breaker, outcome: 'ok' | 'fail'): Promise<string> => {
  try {
    await breaker.run(() => {
      if (outcome === 'fail') throw failed;
    });
    return 'ok';
  } catch (error) {
    if (error instanceof BreakerOpenError) return 'open';
    if (error === failed) return 'failed';
    throw error;
  }
};

export const fail = async (breaker: Breaker, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await call(breaker, 'fail');
};
