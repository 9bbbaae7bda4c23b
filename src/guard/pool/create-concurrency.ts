import {openStore} from '../../store/open-store.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {Store} from '../../store/port.ts';
import {ConcurrencyLimiter} from './concurrency-limiter.ts';
import type {ConcurrencyOptions} from './concurrency-options.ts';
import {concurrencySettings} from './concurrency-settings.ts';

/**
 * A limiter of work that runs at the same time, over all processes that have the store, with a queue before it.
 *
 * ```ts
 * const pool = await createConcurrency({policy: './ratectl.yaml', pool: 'api', store: process.env.REDIS_URL});
 * const rows = await pool.run(({signal}) => query(sql, {signal}), {key: tenant, priority: 'low'});
 * ```
 *
 * Rejects with a RatectlError for options, a policy or a store URL that are wrong. A store that cannot be reached is tried again in
 * the background, and `onStoreError` decides meanwhile.
 */
export const createConcurrency = async (options: ConcurrencyOptions = {}): Promise<ConcurrencyLimiter> => {
  const settings = concurrencySettings(options);
  const {store = options.spec === undefined ? 'sqlite:' : 'memory:', events = {}} = options;
  const limiter =
    typeof store === 'string'
      ? new ConcurrencyLimiter(settings, events, {
          open: opener(store, settings.timeoutMs, options.prefix),
          ownership: 'owned',
        })
      : new ConcurrencyLimiter(settings, events, {open: async () => store, ownership: 'borrowed'});
  if (settings.enabled) await limiter.start();
  return limiter;
};

const opener = (url: string, timeoutMs: number, prefix: string | undefined): (() => Promise<Store>) => {
  const target = parseStoreUrl(url, {name: 'the store of the concurrency limiter'});
  return () =>
    openStore(target, {
      access: 'write',
      connection: 'reconnect',
      clientName: 'ratectl-concurrency',
      timeoutMs,
      ...(prefix === undefined ? {} : {prefix}),
    });
};
