import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import {callListener} from '../base/call-listener.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {loadGivenPolicy} from '../policy/given-policy.ts';
import {openStore} from '../store/open-store.ts';
import {parseStoreUrl} from '../store/parse-store-url.ts';
import type {Store} from '../store/port.ts';
import {StoreClock} from '../store/store-clock.ts';
import {TOKEN_MANAGER_ROLE, TOKEN_OFFICE} from '../store/token-names.ts';
import {Elapsed} from './elapsed.ts';
import {Leadership} from './leadership.ts';
import type {TokenManagerOptions} from './manager-options.ts';
import {Presence} from './presence.ts';
import {refreshParts} from './refresh-parts.ts';
import {requireVault} from './require-vault.ts';
import {TokenManager} from './token-manager.ts';
import {TokenProvider} from './token-provider.ts';

/**
 * A token manager for an application, or for a process of its own (`ratectl serve --token-manager`).
 *
 * ```ts
 * const tokens = await createTokenManager({policy: './ratectl.yaml', store: process.env.REDIS_URL});
 * const {accessToken} = await tokens.token('google', {validForMs: 30_000});
 * ```
 *
 * Rejects with a RatectlError for options, a policy, keys or a store URL that are wrong, and when the store cannot be opened.
 */
export const createTokenManager = async (options: TokenManagerOptions = {}): Promise<TokenManager> => {
  const {lead = true, register = true, analytics = true, env = process.env, events = {}} = options;
  const checkEveryMs = wholeMs('checkEveryMs', options.checkEveryMs ?? 60_000, 100, 3_600_000);
  const leaseMs = wholeMs('leaderLeaseMs', options.leaderLeaseMs ?? 15_000, 1_000, 300_000);
  const heartbeatMs = wholeMs('heartbeatMs', options.heartbeatMs ?? 10_000, 1_000, 300_000);
  const loaded = loadGivenPolicy(options.policy ?? './ratectl.yaml', (value) =>
    wrong('policy', value, 'the path of a policy file, or a policy as an object'),
  );
  const onWarning = (warning: string): void => callListener(events.onWarning, [warning]);
  const vault = options.vault ?? (await requireVault(env, {folder: process.cwd(), onWarning}));
  const {store, ownership} = await storeOf(options.store ?? 'sqlite:');
  const alive = new Elapsed();
  // A machine that slept must not take a token for valid that expired meanwhile. Every look puts the clock right.
  const clock = new StoreClock(() => Math.floor(alive.ms * 1_000), Date.now() * 1_000);
  const instance = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  const providers = loaded.policy.tokens.map(
    (spec) =>
      new TokenProvider(
        refreshParts(spec, {store, vault, env, policyFile: loaded.file, onWarning}),
        store,
        clock,
      ),
  );
  const manager: TokenManager = new TokenManager({
    store,
    ownership,
    instance,
    providers,
    checkEveryMs,
    analytics,
    events,
    leadership: lead
      ? new Leadership({
          store,
          office: TOKEN_OFFICE,
          instance,
          leaseMs,
          onChange: (leads, fencing) => {
            manager.ledChanged(leads, fencing);
          },
        })
      : undefined,
    presence: register
      ? new Presence({
          store,
          heartbeatMs,
          instance: {id: instance, host: hostname(), pid: process.pid, role: TOKEN_MANAGER_ROLE},
        })
      : undefined,
  });
  await manager.start();
  return manager;
};

const storeOf = async (
  store: string | Store,
): Promise<{readonly store: Store; readonly ownership: 'owned' | 'borrowed'}> => {
  if (typeof store !== 'string') return {store, ownership: 'borrowed'};
  const target = parseStoreUrl(store, {name: 'the store of the token manager'});
  const opened = await openStore(target, {
    access: 'write',
    connection: 'reconnect',
    clientName: 'ratectl-tokens',
  });
  return {store: opened, ownership: 'owned'};
};

const wholeMs = (option: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw wrong(option, value, `a whole number of milliseconds from ${min} to ${max}`);
};

const wrong = (option: string, value: unknown, expected: string): RatectlError =>
  new RatectlError(`createTokenManager: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'token/option',
  });
