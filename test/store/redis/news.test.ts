import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Redis} from 'ioredis';
import {afterEach, describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import type {RedisTarget} from '../../../src/store/store-target.ts';
import {startSentinels} from '../../support/servers/redis-sentinel.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

/** Sooner than anybody who only asks would hear of it. */
const PUSHED = {timeout: 300, interval: 5};
/** Within two questions. */
const ASKED = {timeout: 1_500, interval: 5};
const BACK = {timeout: 10_000, interval: 20};

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
  const open = async (url: string, target: Partial<RedisTarget> = {}): Promise<Store> => {
    const options = {access: 'write', connection: 'reconnect', timeoutMs: 1_000} as const;
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
  const listenTo = async (store: Store): Promise<{readonly heard: number; stop(): Promise<void>}> => {
    let heard = 0;
    const stop = await store.listen(() => heard++);
    return {
      get heard() {
        return heard;
      },
      stop,
    };
  };

  test('an announcement is pushed, once; one connection hears for all, and only while somebody listens', async () => {
    const server = await start();
    const [store, other, admin] = [await open(server.url), await open(server.url), adminOf(server)];
    expect(await subscribers(admin)).toBe(0);
    const listeners = [await listenTo(store), await listenTo(store)];
    expect(await subscribers(admin)).toBe(1);
    for (let i = 1; i <= 3; i++) {
      await other.announce();
      await expect.poll(() => listeners.map(({heard}) => heard), PUSHED).toEqual([i, i]);
    }
    await listeners[0]!.stop();
    expect(await subscribers(admin)).toBe(1);
    await listeners[1]!.stop();
    await expect.poll(() => subscribers(admin), ASKED).toBe(0);
    await listenTo(store);
    expect(await subscribers(admin)).toBe(1);
    await store.close();
    await expect.poll(() => subscribers(admin), ASKED).toBe(0);
  });

  test('another database, another prefix and strangers on the channel are not heard', async () => {
    const server = await start();
    const [store, admin] = [await open(server.url), adminOf(server)];
    const listening = await listenTo(store);
    await (await open(`${server.url}/1`)).announce();
    await (await open(`${server.url}?prefix=other:`)).announce();
    await admin.publish('rl:~news', 'hello');
    await store.announce();
    await expect.poll(() => listening.heard, PUSHED).toBe(1);
    await sleep(100);
    expect(listening.heard).toBe(1);
  });

  test('a subscriber whose connection is lost listens again, and is told once', async () => {
    const server = await start();
    const [store, admin] = [await open(server.url), adminOf(server)];
    const listening = await listenTo(store);
    await admin.call('client', 'kill', 'type', 'pubsub');
    await expect.poll(() => listening.heard, ASKED).toBe(1);
    await store.announce();
    await expect.poll(() => listening.heard, PUSHED).toBe(2);
  });

  test('what was announced while the server was away is told after it is back', async () => {
    const server = await start();
    const store = await open(server.url);
    const listening = await listenTo(store);
    await server.kill();
    await server.start();
    await expect.poll(() => listening.heard, BACK).toBeGreaterThan(0);
    const before = listening.heard;
    await expect.poll(() => subscribers(adminOf(server)), BACK).toBe(1);
    await store.announce();
    await expect.poll(() => listening.heard, PUSHED).toBeGreaterThan(before);
  });

  test('who may not subscribe asks twice a second', async () => {
    const server = await start();
    const admin = adminOf(server);
    await admin.call('acl', 'setuser', 'deaf', 'on', '>pw', 'allkeys', 'allchannels', '+@all', '-subscribe');
    await admin.call('acl', 'setuser', 'away', 'on', '>pw', 'allkeys', 'resetchannels', '+@all');
    const other = await open(server.url);
    for (const user of ['deaf', 'away']) {
      const store = await open(`redis://${user}:pw@127.0.0.1:${server.port}`);
      const listening = await listenTo(store);
      for (let i = 1; i <= 2; i++) {
        await other.announce();
        await expect.poll(() => listening.heard, ASKED).toBe(i);
      }
      expect(await subscribers(admin)).toBe(0);
    }
  });

  test('an announcement of one who may not publish is heard within five seconds', async () => {
    const server = await start();
    const admin = adminOf(server);
    await admin.call('acl', 'setuser', 'mute', 'on', '>pw', 'allkeys', 'allchannels', '+@all', '-publish');
    const listening = await listenTo(await open(server.url));
    await (await open(`redis://mute:pw@127.0.0.1:${server.port}`)).announce();
    await expect.poll(() => listening.heard, {timeout: 5_500, interval: 20}).toBe(1);
  }, 10_000);

  test('a connection that went silent is given up, and another one hears', async () => {
    const server = await start();
    const [store, admin] = [await open(server.url), adminOf(server)];
    const listening = await listenTo(store);
    server.signal('SIGSTOP');
    // Until the subscriber has asked whether anybody is there, and got no answer in time.
    await sleep(6_500);
    server.signal('SIGCONT');
    await expect.poll(() => listening.heard, BACK).toBeGreaterThan(0);
    await expect.poll(() => subscribers(admin), BACK).toBe(1);
  }, 20_000);

  test('behind Sentinels the new primary is heard', async () => {
    const servers = await startSentinels();
    ends.push(() => servers.stop());
    const store = await open(servers.sentinels[0]!.url, {
      topology: {kind: 'sentinel', service: servers.service},
    });
    const listening = await listenTo(store);
    await store.announce();
    await expect.poll(() => listening.heard, PUSHED).toBe(1);
    await servers.primary.kill();
    await expect
      .poll(
        () =>
          store.announce().then(
            () => true,
            () => false,
          ),
        {timeout: 20_000, interval: 100},
      )
      .toBe(true);
    await expect.poll(() => listening.heard, BACK).toBeGreaterThan(1);
    const before = listening.heard;
    await store.announce();
    await expect.poll(() => listening.heard, BACK).toBeGreaterThan(before);
  }, 40_000);

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
      const store = await openRedisStore(target, {access: 'write', connection: '${connection}', timeoutMs: 300});
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
      const server = await start();
      const child = await startListening(server, 'reconnect');
      if (state === 'is down') await server.kill();
      if (state === 'hangs') server.signal('SIGSTOP');
      const exited = once(child, 'exit');
      child.stdin!.write('close');
      await once(child.stdout!, 'data');
      const closed = performance.now();
      expect(await exited).toEqual([0, null]);
      expect(performance.now() - closed).toBeLessThan(1_000);
    },
  );

  test('listening alone keeps no process alive', async () => {
    const server = await start();
    const admin = adminOf(server);
    const child = await startListening(server, 'once');
    const exited = once(child, 'exit', {signal: AbortSignal.timeout(3_000)});
    // What is left is the connection that listens.
    await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    expect(await exited).toEqual([0, null]);
  });
});
