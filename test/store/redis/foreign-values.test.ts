import {createServer} from 'node:net';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

describe('what somebody else wrote under our names', () => {
  let server: RedisServer;
  let admin: Redis;
  let store: Store;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url, {protocol: 2});
    store = await openRedisStore(targetOf(server.url), {access: 'write'});
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await admin.flushall();
  });

  test.each(['garbage', '1 inf {not json', '1 inf ', ''])(
    'a document %j has no value, and hides no other one',
    async (text) => {
      await store.put('override', 'b', {effect: 'block'});
      await admin.hset('rl:~:{~}:doc:override', 'a', text);
      const listed = await store.list('override');
      expect(listed.find(({id}) => id === 'b')?.value).toEqual({effect: 'block'});
      expect(listed.find(({id}) => id === 'a')?.value ?? undefined).toBeUndefined();
      expect((await store.get('override', 'a'))?.value ?? undefined).toBeUndefined();
    },
  );

  test('an entry of a journal that is no JSON has no value, and hides no other one', async () => {
    await store.append('audit', [{action: 'reset'}]);
    await admin.xadd('rl:~:{~}:journal:audit', '*', 'v', '{not json');
    expect((await store.latest('audit', 10)).map(({value}) => value)).toEqual([undefined, {action: 'reset'}]);
  });

  test('members of the index that are no addresses, and counters that are no numbers, are left out', async () => {
    const address = {limit: 'one', key: 'k', tier: '', shape: 't'};
    await store.record({
      limits: [{limit: 'one', allowed: 2, denied: 1, shadowDenied: 0}],
      keys: [{address, denied: 1, shadow: false, until: Number.POSITIVE_INFINITY}],
    });
    await admin.zadd(
      'rl:~:{~}:hot',
      9e15,
      'garbage',
      9e15,
      '["a"]',
      9e15,
      '{"a":1}',
      9e15,
      '[1,2,3]',
      9e15,
      '["a","b","",0]',
    );
    const [hourly] = await admin.keys('rl:~:{~}:denied:h:*');
    await admin.zadd(hourly!, 5, 'garbage');
    const [usage] = await admin.keys('rl:~:{~}:usage:*');
    await admin.hset(usage!, '0:two:a', 'many');
    expect(await store.hot(10)).toMatchObject([{address, until: Number.POSITIVE_INFINITY}]);
    const range = [0, Number.MAX_SAFE_INTEGER] as const;
    expect(await store.mostDenied(...range, 10)).toEqual([{address, denied: 1}]);
    const limits: string[] = [];
    for await (const {limit} of store.slots(...range)) limits.push(limit);
    expect(limits).toEqual(['one']);
  });

  test.each(['', '12345678', `${'\u0000'.repeat(6)}\u00f0?12345678`, 'x'.repeat(40)])(
    'leases that are no leases (%j) cannot be released, and stay as they are',
    async (text) => {
      const value = Buffer.from(`\u0001\u0001k${text}`, 'latin1');
      await admin.set('rl:one:k:{k}', value);
      expect(await store.release({limit: 'one', key: 'k', tier: '', shape: 'k'}, 1, 1)).toBe(false);
      expect((await admin.getBuffer('rl:one:k:{k}'))?.equals(value)).toBe(true);
    },
  );

  test('rows of a store whose prefix begins like ours are not ours, and the other way round', async () => {
    const inner = await openRedisStore(targetOf(server.url), {access: 'write', prefix: 'rl:a:'});
    const next = {words: [1, 2, 3], expiresAt: Number.POSITIVE_INFINITY};
    const ours = {limit: 'a', key: 'ours', tier: '', shape: 't'};
    const theirs = {limit: 't', key: 'theirs', tier: 'free', shape: 't'};
    await store.change([{address: ours, expected: undefined, next}]);
    await inner.change([{address: theirs, expected: undefined, next}]);
    await inner.announce();
    for (const limit of ['a', 't', undefined]) {
      for (const [each, address] of [
        [store, ours],
        [inner, theirs],
      ] as const) {
        const found: RowAddress[] = [];
        const selection = {keys: {kind: 'all'} as const, ...(limit === undefined ? {} : {limit})};
        for await (const {rows} of each.scan(selection)) found.push(...rows.map((row) => row.address));
        expect(found).toEqual(limit === undefined || limit === address.limit ? [address] : []);
      }
    }
    await inner.close();
  });

  test.each([
    ['rl:~:{~}:doc:override', () => store.list('override')],
    ['rl:~:{~}:hot', () => store.hot(10)],
    ['rl:~:{~}:journal:audit', () => store.latest('audit', 10)],
    ['rl:~:{~}:generation', () => store.announce()],
  ])('another type of value at %s is named, exit 2', async (key, use) => {
    await admin.lpush(key, 'x');
    await expect(use()).rejects.toMatchObject({
      kind: 'foreign',
      exit: 2,
      message: expect.stringContaining(`the key "${key}" holds something that ratectl did not write`),
      hint: expect.stringContaining('another prefix'),
    });
  });

  test('a server that calls the password a wrong type is told nothing of it', async () => {
    const liar = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write('-WRONGTYPE Operation against a key holding the wrong kind of value\r\n'),
      );
    });
    const port = await freePort();
    await new Promise<void>((resolve) => liar.listen(port, '127.0.0.1', resolve));
    const error: unknown = await openRedisStore(targetOf(`redis://u:hunter2@127.0.0.1:${port}`), {
      access: 'read',
      timeoutMs: 1_000,
    }).catch((failure: unknown) => failure);
    liar.close();
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toContain('hunter2');
  });
});
