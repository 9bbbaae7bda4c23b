import {randomUUID} from 'node:crypto';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import type {RedisTarget, StoreOptions} from '../../../src/store/store-target.ts';

/** A target as the URL parser makes it, for tests. */
export const targetOf = (url: string, more: Partial<RedisTarget> = {}): RedisTarget => {
  const {hostname, port, pathname, protocol, username, password, searchParams} = new URL(url);
  return {
    kind: 'redis',
    topology: {kind: 'single'},
    hosts: [{host: hostname, port: Number(port === '' ? 6379 : port)}],
    tls: protocol === 'rediss:',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    database: Number(pathname.slice(1)),
    parameters: new Map(searchParams),
    ...more,
  };
};

/** A prefix that no other test has. */
export const randomPrefix = (): string => `t${randomUUID().slice(0, 12)}:`;

/** A store under its own prefix of a server that others use, too. */
export const openTestStore = (url: string, options: Partial<StoreOptions> = {}): Promise<Store> =>
  openRedisStore(targetOf(url), {access: 'write', prefix: randomPrefix(), ...options});
