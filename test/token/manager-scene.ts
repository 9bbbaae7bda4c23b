import {onTestFinished} from 'vitest';
import {installToken} from '../../src/engine/refresh/refresh-transitions.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Store} from '../../src/store/port.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {createTokenManager} from '../../src/token/create-token-manager.ts';
import type {TokenManagerOptions} from '../../src/token/manager-options.ts';
import {sealToken} from '../../src/token/token-material.ts';
import {TokenRecords} from '../../src/token/token-records.ts';
import {FakeOAuthServer} from '../support/oauth/fake-oauth-server.ts';
import {VAULT} from './token-scene.ts';

export const HOUR_MS = 3_600_000;

export const fakeServer = async (): Promise<FakeOAuthServer> => {
  const fake = await FakeOAuthServer.start({expiresIn: 3_600});
  onTestFinished(() => fake.close());
  return fake;
};

export const policyOf = (tokens: Readonly<Record<string, object>>) => ({
  version: 1 as const,
  limits: [],
  tokens,
});

export const credentials = (fake: FakeOAuthServer, more: object = {}) => {
  fake.client = {id: 'app', auth: 'basic', secret: 's3cret'};
  const clientSecret = {env: 'SVC_SECRET'};
  return {tokenUrl: fake.tokenUrl, grant: 'client-credentials', clientId: 'app', clientSecret, ...more};
};

export const managerOf = async (options: TokenManagerOptions) => {
  const manager = await createTokenManager({
    vault: VAULT,
    env: {SVC_SECRET: 's3cret'},
    checkEveryMs: 100,
    leaderLeaseMs: 1_000,
    ...options,
  });
  onTestFinished(() => manager.close());
  return manager;
};

/** A store in memory with some methods, and perhaps a clock, of its own. */
export const storeWith = (
  methods: (store: Store) => Partial<Store> = () => ({}),
  clock?: () => number,
): Store => {
  const store = new MemoryStore({access: 'write', ...(clock && {clock})});
  const own = methods(store);
  return new Proxy<Store>(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

export const gone = (): StoreError => new StoreError('gone', {kind: 'unreachable', url: 'memory:', hint: ''});

/** As `ratectl token put` does. */
export const put = async (
  store: Store,
  {accessToken = 'a', refreshToken = '', valid = 0, age = 0},
  name = 'svc',
) => {
  await new TokenRecords(store, name).change(({record, now}) => {
    const token = {
      accessToken,
      refreshToken,
      obtainedAt: now - age,
      expiresAt: now + valid,
      notBefore: 0,
      scopes: [],
    };
    return {record: installToken(record, sealToken(token, name, VAULT)), answer: undefined};
  });
  await store.announce();
};

export const generationIn = async (store: Store): Promise<number> =>
  (await new TokenRecords(store, 'svc').read()).record.token?.generation ?? 0;

/** What an operator says who forces. */
export const FORCED = {
  by: 'ada@host',
  why: 'test',
  reason: 'forced',
  ifExpiresWithin: Number.POSITIVE_INFINITY,
  waitMs: 0,
} as const;
