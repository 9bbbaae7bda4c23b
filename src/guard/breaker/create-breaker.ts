import {openStore} from '../../store/open-store.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {Store} from '../../store/port.ts';
import {Breaker} from './breaker.ts';
import type {BreakerOptions} from './breaker-options.ts';
import {breakerSettings} from './breaker-settings.ts';
import type {StoreLinkParts} from './store-link.ts';

/**
 * A circuit breaker for an application: calls to something that keeps failing are refused for a while.
 *
 * ```ts
 * const breaker = await createBreaker({policy: './ratectl.yaml', breaker: 'payments-db', store: process.env.REDIS_URL});
 * const rows = await breaker.run((signal) => db.query(sql, {signal}));
 * ```
 *
 * Rejects with a RatectlError for options, a policy or a store URL that are wrong. A store that cannot be reached is no reason to
 * reject: the breaker goes on with what this process knows until it is there.
 */
export const createBreaker = async (options: BreakerOptions = {}): Promise<Breaker> => {
  const settings = breakerSettings(options);
  const breaker = new Breaker(settings, options.events ?? {}, storeOf(options, settings.timeoutMs));
  await breaker.start();
  return breaker;
};

const storeOf = (
  {spec, store = spec === undefined ? 'sqlite:' : undefined, prefix, enabled = true}: BreakerOptions,
  timeoutMs: number,
): Pick<StoreLinkParts, 'open' | 'ownership'> | undefined => {
  if (store === undefined || !enabled) return undefined;
  if (typeof store !== 'string') return {open: async (): Promise<Store> => store, ownership: 'borrowed'};
  const target = parseStoreUrl(store, {name: 'the store of the breaker'});
  return {
    ownership: 'owned',
    open: () =>
      openStore(target, {
        access: 'write',
        connection: 'reconnect',
        clientName: 'ratectl-breaker',
        timeoutMs,
        ...(prefix === undefined ? {} : {prefix}),
      }),
  };
};
