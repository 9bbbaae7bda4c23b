import {createLimiter} from '../../guard/create-limiter.ts';
import type {Limiter} from '../../guard/limiter.ts';
import {openStore} from '../../store/open-store.ts';
import type {Store} from '../../store/port.ts';
import {createTokenManager} from '../../token/create-token-manager.ts';
import type {TokenManager} from '../../token/token-manager.ts';
import {createVault} from '../../token/vault/create-vault.ts';
import {parseKeyRing} from '../../token/vault/key-ring.ts';
import type {DemoPlace} from './demo-place.ts';

/** One of the service's processes, as far as ratectl is concerned: its own connection to the store, a limiter, a token manager. */
export interface DemoInstance {
  readonly store: Store;
  readonly limiter: Limiter;
  readonly tokens: TokenManager;
  close(): Promise<void>;
}

/** Seconds where the defaults have more, so that a demo sees an instance go and another one lead. */
const HEARTBEAT_MS = 2_000;
const LEASE_MS = 4_000;

export const startInstance = async ({statePath, policy, context}: DemoPlace): Promise<DemoInstance> => {
  const {env} = context.streams;
  const store = await openStore({kind: 'sqlite', path: statePath}, {access: 'write'});
  const limiter = await createLimiter({policy, store, failFast: true, timeoutMs: 60_000});
  const tokens = await createTokenManager({
    policy,
    store,
    env,
    vault: createVault(parseKeyRing(env['RATECTL_VAULT_KEY'] ?? '', 'RATECTL_VAULT_KEY')),
    checkEveryMs: 1_000,
    leaderLeaseMs: LEASE_MS,
    heartbeatMs: HEARTBEAT_MS,
  });
  return {
    store,
    limiter,
    tokens,
    async close() {
      await Promise.all([limiter.close(), tokens.close()]);
      await store.close();
    },
  };
};
