import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Redis} from 'ioredis';
import {afterEach, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import type {Store} from '../../../src/store/port.ts';
import {ForeignRowError} from '../../../src/store/redis/foreign-row-error.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import type {RedisTarget} from '../../../src/store/store-target.ts';
import {eventually, expectInTime, msOf, PATIENCE_MS} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {fixedWindowSpec, gcraSpec, policyOf, slidingLogSpec} from '../../support/policies.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

/** For tests that wait, and try again. */
const LONG = 4 * PATIENCE_MS;
const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const routerOf = (spec: AlgorithmSpec): RequestRouter =>
  new RequestRouter(policyOf([{name: 'one', buckets: [spec]}]));

describe('when something goes wrong', () => {
  const ends: (() => Promise<void>)[] = [];
  const later = <T extends {stop(): Promise<void>}>(server: T): T => {
    ends.push(() => server.stop());
    return server;
  };
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const open = async (server: RedisServer, more: object = {}): Promise<Store> => {
    const store = await openRedisStore(targetOf(server.url), {access: 'write', ...more});
    ends.push(() => store.close());
    return store;
  };
  const adminOf = (server: RedisServer): Redis => {
    const admin = new Redis(server.url, {protocol: 2});
    ends.push(async () => admin.disconnect());
    return admin;
  };

  test('scripts that the server forgot are sent again, and every check counts once', async () => {
    const server = later(await startRedis());
    const [store, admin] = [await open(server), adminOf(server)];
    const router = routerOf(gcraSpec(1, HOUR, 50));
    let allowed = 0;
    for (let i = 0; i < 20; i++) {
      if (i % 3 === 0) await admin.script('FLUSH');
      const answers = await Promise.all(
        [1, 2, 3].map(() => store.check([router.route({key: 'k'}, OPTIONS)])),
      );
      allowed += answers.filter(([answer]) => answer!.verdicts[0]!.kind === 0).length;
    }
    expect(allowed).toBe(50);
    const row = await store.read([{limit: 'one', key: 'k', tier: '', shape: 'g'}]);
    await admin.script('FLUSH');
    expect(
      (await store.change([{address: row[0]!.address, expected: row[0], next: undefined}]))[0]!.outcome,
    ).toBe('done');
  });

  test('what is not ours is named and left alone; the other checks of the call are decided', async () => {
    const server = later(await startRedis());
    const [store, admin] = [await open(server), adminOf(server)];
    for (const spec of [gcraSpec(1, HOUR, 50), slidingLogSpec(50, HOUR)]) {
      const router = routerOf(spec);
      const {address} = router.route({key: 'x'}, OPTIONS).layers[0]!;
      const begin = `rl:one:${address.shape}`;
      const others = [`${begin}:{hash}`, `${begin}:{text}`];
      await admin.hset(others[0]!, 'a', 'b');
      await admin.set(others[1]!, 'hello');
      for (const key of ['hash', 'text']) {
        const checks = ['x', key, 'y'].map((each) => router.route({key: each}, OPTIONS));
        const error = await store.check(checks).catch((failure: unknown) => failure);
        expect(error).toBeInstanceOf(ForeignRowError);
        expect((error as ForeignRowError).message).toContain(`${begin}:{${key}}`);
        const answers = (error as ForeignRowError).answers;
        expect(answers.map((answer) => answer?.verdicts.map(({kind}) => kind))).toEqual([
          [0],
          undefined,
          [0],
        ]);
        const theirs = {...address, key};
        await expect(store.read([theirs])).rejects.toThrow(ForeignRowError);
        for (const expected of ['any', undefined] as const)
          expect(await store.change([{address: theirs, expected, next: undefined}])).toEqual([
            {outcome: 'drifted', before: undefined},
          ]);
      }
      const page = await store
        .scan({keys: {kind: 'all'}})
        [Symbol.asyncIterator]()
        .next();
      expect([...page.value!.foreign].sort()).toEqual(others);
      expect(await admin.hget(others[0]!, 'a')).toBe('b');
      expect(await admin.get(others[1]!)).toBe('hello');
      await admin.flushall();
    }
  });

  test.each([
    ['a counter', '17'],
    ['a counter of 15 digits', '999999999999999'],
    ['digits with a zero in front', '0000000000000017'],
    ['an instant that no clock shows', '9999999999999999'],
    ['an hour of a fixed window', Buffer.from('\u0001\u0001f0123456789abcdef', 'latin1')],
    ['more words than a row has', Buffer.from('\u0001\u0001g0123456789abcdef01234567', 'latin1')],
    ['fewer', Buffer.from('\u0001\u0001g01234567', 'latin1')],
  ])('%s under the name of a GCRA row is not ours, for one limit or two', async (_what, value) => {
    const server = later(await startRedis());
    const [store, admin] = [await open(server), adminOf(server)];
    const one = {name: 'one', buckets: [gcraSpec(1, HOUR, 50)]};
    await admin.set('rl:one:g:{k}', value);
    for (const limits of [[one], [one, {...one, name: 'two'}]]) {
      const check = new RequestRouter(policyOf(limits)).route({key: 'k'}, OPTIONS);
      await expect(store.check([check])).rejects.toThrow(ForeignRowError);
      const {address} = check.layers[0]!;
      await expect(store.read([address])).rejects.toThrow(ForeignRowError);
      const next = {words: [1, 2], expiresAt: Number.POSITIVE_INFINITY};
      expect(await store.change([{address, expected: 'any', next}])).toMatchObject([{outcome: 'drifted'}]);
    }
    expect((await admin.getBuffer('rl:one:g:{k}'))?.equals(Buffer.from(value))).toBe(true);
  });

  test(
    'an application is served again within seconds after a restart, and fails at once meanwhile',
    async () => {
      const server = later(await startRedis());
      const store = await eventually(() => open(server, {connection: 'reconnect', timeoutMs: 1_000}));
      const check = routerOf(gcraSpec(1_000, MINUTE, 1_000)).route({key: 'k'}, OPTIONS);
      const refused = (): Promise<void> =>
        expect(store.check([check])).rejects.toMatchObject({kind: 'unreachable'});
      await expectInTime(5_000, async () => {
        await eventually(() => store.check([check]));
        await server.kill();
        await refused();
        await sleep(700);
        await expectInTime(900, () => msOf(refused));
        await server.start();
        return msOf(() => eventually(() => store.check([check])));
      });
    },
    LONG,
  );

  test(
    'a server that hangs is given up in time, and used again when it goes on',
    async () => {
      const server = later(await startRedis());
      const store = await eventually(() => open(server, {connection: 'reconnect', timeoutMs: 500}));
      const check = routerOf(gcraSpec(1_000, MINUTE, 1_000)).route({key: 'k'}, OPTIONS);
      await expectInTime(5_000, async () => {
        await eventually(() => store.check([check]));
        server.signal('SIGSTOP');
        await expect(store.check([check])).rejects.toMatchObject({kind: 'unreachable'});
        server.signal('SIGCONT');
        return msOf(() => eventually(() => store.check([check])));
      });
    },
    LONG,
  );

  test('rows are forgotten by the server a little after they mean nothing', async () => {
    const server = later(await startRedis());
    const [store, admin] = [await open(server, {slack: 2 * S}), adminOf(server)];
    const from = Date.now();
    await store.check([
      routerOf(fixedWindowSpec(5, 10 * S, {align: 'first-hit'})).route({key: 'k'}, OPTIONS),
    ]);
    const ttl = await admin.pttl('rl:one:h10s:{k}');
    expect(ttl).toBeGreaterThan(11_000 - (Date.now() - from));
    expect(ttl).toBeLessThanOrEqual(12_000);
    const [row] = await store.read([{limit: 'one', key: 'k', tier: '', shape: 'h10s'}]);
    expect(row!.expiresAt).toBeGreaterThan((from + ttl) * 1_000 - 2 * S);
    expect(row!.expiresAt).toBeLessThan((Date.now() + ttl) * 1_000 + 2 * S);
  });

  test('calendar windows follow the clock of the server, however wrong that of the client is', async () => {
    const server = later(await startRedis());
    const spec: AlgorithmSpec = {
      kind: 'fixed-window',
      limit: 3,
      window: {align: 'calendar', unit: 'month', timeZone: 'Asia/Tokyo'},
      countDenied: false,
    };
    const router = routerOf(spec);
    const wrong = await open(server, {clock: () => Date.parse('2020-02-03T00:00:00Z') * 1_000});
    const right = await open(server);
    const ask = async (store: Store): Promise<number> =>
      (await store.check([router.route({key: 'k'}, OPTIONS)]))[0]!.verdicts[0]!.remaining;
    // A clock six years back, then the server's own, then back again: it stays in the later window.
    expect(await ask(wrong)).toBe(2);
    expect(await ask(right)).toBe(2);
    expect(await ask(wrong)).toBe(1);
  });

  test('one number is kept for GCRA, in 80 bytes or less', async () => {
    const server = later(await startRedis());
    const [store, admin] = [await open(server), adminOf(server)];
    await store.check([routerOf(gcraSpec(10, S, 10)).route({key: 'some-user-1234'}, OPTIONS)]);
    expect(await admin.call('object', 'encoding', 'rl:one:g:{some-user-1234}')).toBe('int');
    expect(Number(await admin.call('memory', 'usage', 'rl:one:g:{some-user-1234}'))).toBeLessThanOrEqual(80);
  });

  test.each(['runs', 'is down', 'hangs'])(
    'a process ends once its store is closed: the server %s',
    async (state) => {
      const server = later(await startRedis());
      if (state === 'is down') await server.kill();
      if (state === 'hangs') server.signal('SIGSTOP');
      const module = fileURLToPath(new URL('../../../src/store/redis/open-redis-store.ts', import.meta.url));
      const target: Omit<RedisTarget, 'parameters'> = {
        kind: 'redis',
        topology: {kind: 'single'},
        hosts: [{host: '127.0.0.1', port: server.port}],
        tls: false,
        username: undefined,
        password: undefined,
        database: 0,
      };
      const program = `
      import {openRedisStore} from ${JSON.stringify(module)};
      const target = {...${JSON.stringify(target)}, parameters: new Map()};
      const options = {access: 'write', connection: 'reconnect', timeoutMs: 300};
      await openRedisStore(target, options).then((store) => store.close(), () => {});
      console.log('closed');
    `;
      await expectInTime(1_000, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
        let closed = Number.NaN;
        child.stdout.on('data', () => {
          closed = performance.now();
        });
        expect(await once(child, 'exit')).toEqual([0, null]);
        return performance.now() - closed;
      });
    },
    LONG,
  );
});
