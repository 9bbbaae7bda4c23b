import {openStore} from '../store/open-store.ts';
import {parseStoreUrl} from '../store/parse-store-url.ts';
import type {Store} from '../store/port.ts';
import {Limiter} from './limiter.ts';
import type {LimiterOptions} from './limiter-options.ts';
import {type LimiterSettings, limiterSettings} from './limiter-settings.ts';

/** Connecting may take longer than an answer: over TLS, or through another region. Postgres tells the two apart by itself. */
const CONNECT_MS = 2_000;

/**
 * A limiter for an application.
 *
 * ```ts
 * const limiter = await createLimiter({policy: './ratectl.yaml', store: process.env.REDIS_URL});
 * const decision = await limiter.check({ip, path, tenant, plan});
 * if (!decision.allowed) return decision.toResponse();
 * ```
 *
 * Rejects with a RatectlError for options, a policy or a store URL that are wrong. A store that cannot be reached is no reason
 * to reject, unless `failFast` says so: `onStoreError` decides until it is there.
 */
export const createLimiter = async (options: LimiterOptions = {}): Promise<Limiter> => {
  const settings = limiterSettings(options);
  warnOfUnenforced(settings);
  const limiter = new Limiter(settings, options.events ?? {}, storeOf(options, settings.timeoutMs));
  await limiter.start();
  return limiter;
};

/** Whoever writes a section expects it to hold. */
const warnOfUnenforced = ({enabled, policy}: LimiterSettings): void => {
  const sections = [
    ...(policy.pools.length > 0 ? ['concurrency'] : []),
    ...(policy.breakers.some(({guards}) => guards.kind === 'requests')
      ? ['breakers that guard requests']
      : []),
    ...(policy.adaptive.length > 0 ? ['adaptive'] : []),
    ...(policy.behaviour.length > 0 ? ['behaviour'] : []),
    ...(policy.degradation === undefined ? [] : ['degradation']),
  ];
  if (!enabled || sections.length === 0) return;
  process.emitWarning(
    `createLimiter enforces only the limits of the policy, not ${sections.join(', ')}: use createProtection`,
    {type: 'RatectlWarning', code: 'limiter/limits-only'},
  );
};

const storeOf = (
  {store = 'sqlite:', prefix, ttlSlackMs}: LimiterOptions,
  timeoutMs: number,
): {readonly open: () => Promise<Store>; readonly ownership: 'owned' | 'borrowed'} => {
  if (typeof store !== 'string') return {open: async () => store, ownership: 'borrowed'};
  const target = parseStoreUrl(store, {name: 'the store of the limiter'});
  return {
    ownership: 'owned',
    open: () =>
      openStore(target, {
        access: 'write',
        connection: 'reconnect',
        clientName: 'ratectl-limiter',
        timeoutMs: target.kind === 'postgres' ? timeoutMs : Math.max(timeoutMs, CONNECT_MS),
        ...(ttlSlackMs === undefined ? {} : {slack: ttlSlackMs * 1_000}),
        ...(prefix === undefined ? {} : {prefix}),
      }),
  };
};
