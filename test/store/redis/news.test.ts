import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Redis} from 'ioredis';
import {afterEach, describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import type {RedisTarget} from '../../../src/store/store-target.ts';
import {
  eventually,
  expectHeardInTime,
  expectInTime,
  msUntilHeard,
  PATIENCE_MS,
  PATIENTLY,
} from '../../support/in-time.ts';
import {startSentinels} from '../../support/servers/redis-sentinel.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {silencedWay} from '../../support/servers/silenced-way.ts';
import {targetOf} from './redis-target.ts';

/** Sooner than anybody who only asks would hear of it, ms. */
const PUSHED = 300;
/** Within two questions, ms. */
const ASKED = 1_500;
/** For tests that wait, and try again. */
const LONG = 4 * PATIENCE_MS;

describe('news in Redis', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const start = async (): Promise<RedisServer> => {
    const server = await startRedis();
    ends.push(() => server.stop());
    return server;
  };
  const open = async (url: string, target: Partial<RedisTarget> = {}, timeoutMs = 5_000): Promise<Store> => {
    const options = {access: 'write', connection: 'reconnect', timeoutMs} as const;
    const store = await openRedisStore(targetOf(url, target), options);
    ends.push(() => store.close());
    return store;
  };
  const adminOf = ({url}: RedisServer): Redis => {
    const admin = new Redis(url, {protocol: 2});
    admin.on('error', () => {});
    ends.push(() => admin.disconnect());
    return admin;
  };
  const subscribers = async (admin: Redis): Promise<number> =>
    String(await admin.call('client', 'list', 'type', 'pubsub'))
      .split('\n')
      .filter((line) => line.includes('id=')).length;
  const listenTo = async (store: Store): Promise<{heard(): number; stop(): Promise<void>}> => {
    let count = 0;
    const stop = await store.listen(() => count++);
    return {heard: () => count, stop};
  };
  /** An announcement is heard sooner than anybody who only asks would hear of it. */
  const expectPushed = (store: Store, {heard}: {heard(): number}): Promise<void> =>
    expectHeardInTime(PUSHED, () => store.announce(), heard);

  test('an announcement is pushed, once; one connection hears for all, and only while somebody listens', async () => {
    const server = await start();
    const [store, other, admin] = [await open(server.url), await open(server.url), adminOf(server)];
    expect(await subscribers(admin)).toBe(0);
    const listeners = [await listenTo(store), await listenTo(store)];
    expect(await subscribers(admin)).toBe(1);
    let announced = 0;
    const announce = async (): Promise<void> => {
      await other.announce();
      announced++;
    };
    for (let i = 0; i < 3; i++) {
      await expectInTime(PUSHED, () =>
        msUntilHeard(announce, () => Math.min(...listeners.map(({heard}) => heard()))),
      );
      expect(listeners.map(({heard}) => heard())).toEqual([announced, announced]);
    }
    await listeners[0]!.stop();
    expect(await subscribers(admin)).toBe(1);
    await listeners[1]!.stop();
    await expect.poll(() => subscribers(admin), PATIENTLY).toBe(0);
    await listenTo(store);
    expect(await subscribers(admin)).toBe(1);
    await store.close();
    await expect.poll(() => subscribers(admin), PATIENTLY).toBe(0);
  });

  test('another database, another prefix and strangers on the channel are not heard', async () => {
    const server = await start();
    const [store, admin] = [await open(server.url), adminOf(server)];
    const listening = await listenTo(store);
    await (await open(`${server.url}/1`)).announce();
    await (await open(`${server.url}?prefix=other:`)).announce();
    await admin.publish('rl:~news', 'hello');
    await store.announce();
    await expect.poll(listening.heard, PATIENTLY).toBe(1);
    await sleep(100);
    expect(listening.heard()).toBe(1);
  });

  test('a subscriber whose connection is lost listens again, and is told once', async () => {
    const server = await start();
    const [store, admin] = [await open(server.url), adminOf(server)];
    const listening = await listenTo(store);
    await admin.call('client', 'kill', 'type', 'pubsub');
    await expect.poll(listening.heard, PATIENTLY).toBe(1);
    await store.announce();
    await expect.poll(listening.heard, PATIENTLY).toBe(2);
    await expectPushed(store, listening);
  });

  test(
    'what was announced while the server was away is told after it is back',
    async () => {
      const server = await start();
      const store = await open(server.url);
      const listening = await listenTo(store);
      await server.kill();
      await server.start();
      await expect.poll(listening.heard, PATIENTLY).toBeGreaterThan(0);
      const admin = adminOf(server);
      await expect.poll(() => subscribers(admin), PATIENTLY).toBe(1);
      await expectPushed(store, listening);
    },
    LONG,
  );

  test('who may not subscribe asks twice a second', async () => {
    const server = await start();
    const admin = adminOf(server);
    await admin.call('acl', 'setuser', 'deaf', 'on', '>pw', 'allkeys', 'allchannels', '+@all', '-subscribe');
    await admin.call('acl', 'setuser', 'away', 'on', '>pw', 'allkeys', 'resetchannels', '+@all');
    const other = await open(server.url);
    for (const user of ['deaf', 'away']) {
      const store = await open(`redis://${user}:pw@127.0.0.1:${server.port}`);
      const listening = await listenTo(store);
      for (let i = 1; i <= 2; i++)
        await expectInTime(ASKED, () => msUntilHeard(() => other.announce(), listening.heard));
      expect(await subscribers(admin)).toBe(0);
    }
  });

  test(
    'an announcement of one who may not publish is heard within five seconds',
    async () => {
      const server = await start();
      const admin = adminOf(server);
      await admin.call('acl', 'setuser', 'mute', 'on', '>pw', 'allkeys', 'allchannels', '+@all', '-publish');
      const listening = await listenTo(await open(server.url));
      const mute = await open(`redis://mute:pw@127.0.0.1:${server.port}`);
      await expectInTime(5_500, () => msUntilHeard(() => mute.announce(), listening.heard));
    },
    LONG,
  );

  test(
    'a connection that went silent is given up, and another one hears',
    async () => {
      const server = await start();
      const way = await silencedWay(server.port);
      ends.push(() => way.close());
      const store = await eventually(() => open(`redis://127.0.0.1:${way.port}`, {}, 1_000));
      const [listening, admin] = [await listenTo(store), adminOf(server)];
      way.silence();
      // Once the subscriber has asked whether anybody is there, and got no answer in time.
      await expect.poll(listening.heard, PATIENTLY).toBeGreaterThan(0);
      await expect.poll(() => subscribers(admin), PATIENTLY).toBe(1);
    },
    LONG,
  );

  test(
    'behind Sentinels the new primary is heard',
    async () => {
      const servers = await startSentinels();
      ends.push(() => servers.stop());
      const store = await open(
        servers.sentinels[0]!.url,
        {topology: {kind: 'sentinel', service: servers.service}},
        1_000,
      );
      const listening = await listenTo(store);
      await store.announce();
      await expect.poll(listening.heard, PATIENTLY).toBe(1);
      await servers.killPrimary();
      await expect
        .poll(
          () =>
            store.announce().then(
              () => true,
              () => false,
            ),
          // A Sentinel that was held up trusts its clocks again after 30 s.
          {timeout: 4 * PATIENCE_MS, interval: 100},
        )
        .toBe(true);
      await expect.poll(listening.heard, PATIENTLY).toBeGreaterThan(1);
      const before = listening.heard();
      await store.announce();
      await expect.poll(listening.heard, PATIENTLY).toBeGreaterThan(before);
    },
    2 * LONG,
  );

  /** A process that listens; told anything, it closes its store. */
  const startListening = async (
    server: RedisServer,
    connection: 'once' | 'reconnect',
  ): Promise<ChildProcess> => {
    const module = fileURLToPath(new URL('../../../src/store/redis/open-redis-store.ts', import.meta.url));
    const {parameters: _, ...target} = targetOf(server.url);
    const program = `
      import {openRedisStore} from ${JSON.stringify(module)};
      const target = {...${JSON.stringify(target)}, parameters: new Map()};
      const options = {access: 'write', connection: '${connection}', timeoutMs: 300};
      const open = () => openRedisStore(target, options).catch(open);
      const store = await open();
      await store.listen(() => {});
      console.log('listens');
      process.stdin.once('data', async () => {
        process.stdin.destroy();
        await store.close();
        console.log('closed');
      });
      ${connection === 'once' ? 'process.stdin.unref();' : ''}
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    ends.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child;
  };

  test.each(['runs', 'is down', 'hangs'])(
    'a process that listens ends once its store is closed: the server %s',
    async (state) => {
      await expectInTime(1_000, async () => {
        const server = await start();
        const child = await startListening(server, 'reconnect');
        if (state === 'is down') await server.kill();
        if (state === 'hangs') server.signal('SIGSTOP');
        const exited = once(child, 'exit');
        child.stdin!.write('close');
        await once(child.stdout!, 'data');
        const closed = performance.now();
        expect(await exited).toEqual([0, null]);
        return performance.now() - closed;
      });
    },
    LONG,
  );

  test(
    'listening alone keeps no process alive',
    async () => {
      const server = await start();
      const admin = adminOf(server);
      const child = await startListening(server, 'once');
      const exited = once(child, 'exit', {signal: AbortSignal.timeout(PATIENCE_MS)});
      // What is left is the connection that listens.
      await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      expect(await exited).toEqual([0, null]);
    },
    LONG,
  );
});
