import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {SLOW_POLICY} from '../cli/live-status.ts';
import {HOSTILE_KEYS} from '../support/hostile-keys.ts';
import {type RedisServer, startRedis} from '../support/servers/redis-server.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {BIN, folderWith, ratectl} from './command.ts';

const router = new RequestRouter(parsePolicy(SLOW_POLICY, 'ratectl.yaml').policy);

/** Opens the store as an application does, writes, and closes it. */
const written = async (url: string, folder: string, use: (store: Store) => Promise<void>): Promise<void> => {
  const store = await openStore(parseStoreUrl(url, {folder, env: {}, name: 'test'}), {access: 'write'});
  try {
    await use(store);
  } finally {
    await store.close();
  }
};

const send = async (store: Store, requests: readonly Readonly<Record<string, string>>[]): Promise<void> => {
  const {now} = await store.facts();
  for (let from = 0; from < requests.length; from += 500)
    await store.check(
      requests.slice(from, from + 500).map((request) => router.route(request, {cost: 1, now, hold: 0})),
    );
};

const redis = async (): Promise<RedisServer> => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return server;
};

const URLS = {
  sqlite: async (folder: string) => `sqlite:${join(folder, 'state.db')}`,
  redis: async () => (await redis()).url,
  postgres: async () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`,
} as const;

/** Every command the server got while `use` ran, its name in lower case. */
const monitored = async (server: RedisServer, use: () => Promise<unknown>): Promise<readonly string[]> => {
  const {Redis} = await import('ioredis');
  const client = new Redis(server.port, '127.0.0.1');
  const monitor = await client.monitor();
  const names: string[] = [];
  monitor.on('monitor', (_time: string, args: readonly string[]) => names.push(args[0]!.toLowerCase()));
  await use();
  await client.ping();
  monitor.disconnect();
  client.disconnect();
  return names;
};

describe.each(['sqlite', 'redis', 'postgres'] as const)(
  'the built command with %s',
  {timeout: 60_000},
  (kind) => {
    const place = async () => {
      const folder = folderWith({'ratectl.yaml': SLOW_POLICY});
      const url = await URLS[kind](folder);
      const run = (...args: readonly string[]) =>
        ratectl([...args, '--store', url], {cwd: folder, env: {COLUMNS: '80', HOME: folder}});
      return {folder, url, run};
    };

    test('finds hostile keys as they are and shows them harmlessly', async () => {
      const {folder, url, run} = await place();
      await written(url, folder, (store) =>
        send(
          store,
          HOSTILE_KEYS.map((ip) => ({ip})),
        ),
      );
      const table = await run('status', '--all', '--limit', '0');
      expect([table.code, unsafeIn(table.out)]).toEqual([0, undefined]);
      const stream = await run('status', '--all', '-o', 'jsonl');
      const keys = stream.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as {key: string}).key);
      expect(new Set(keys)).toEqual(new Set(HOSTILE_KEYS));
      for (const key of ['*', 'a\nb', '\u001b[31mred\u001b[0m']) {
        const one = await run('explain', '--json-key', JSON.stringify(`per-ip/${key}`), '--json');
        expect(JSON.parse(one.out)).toMatchObject({
          data: {limits: [{key, state: 'ok', row: {matches: true}}]},
        });
      }
    });

    test('lists more keys than one page, each once', async () => {
      const {folder, url, run} = await place();
      await written(url, folder, (store) =>
        send(
          store,
          Array.from({length: 3_000}, (_, i) => ({ip: `k${i}`})),
        ),
      );
      const {out, code} = await run('status', '--prefix', 'per-ip/', '-o', 'csv', '--fields', 'key');
      expect(code).toBe(0);
      expect(new Set(out.trimEnd().split('\r\n').slice(1)).size).toBe(3_000);
      const top = JSON.parse((await run('status', '--all', '--json', '--limit', '2')).out);
      expect(top).toMatchObject({data: {totals: {shown: 2, matching: 3_000, complete: true}}});
    });

    test('a reader that goes away is no failure', async () => {
      const {folder, url} = await place();
      await written(url, folder, (store) =>
        send(
          store,
          Array.from({length: 5_000}, (_, i) => ({ip: `k${i}`})),
        ),
      );
      const child = spawn(process.execPath, [BIN, 'status', '--all', '-o', 'jsonl', '--store', url], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.once('data', () => child.stdout.destroy());
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    });
  },
);

describe('with Redis', {timeout: 60_000}, () => {
  /** `client` names and marks the connection; the others only read. */
  const READING = ['auth', 'client', 'hello', 'info', 'ping', 'quit', 'select', 'time', 'type'].concat(
    ['exists', 'get', 'hget', 'hgetall', 'hmget', 'hscan', 'mget', 'pexpiretime', 'pttl', 'scan', 'strlen'],
    [
      'xrange',
      'xrevrange',
      'zmscore',
      'zrange',
      'zrangebyscore',
      'zrevrangebyscore',
      'zscan',
      'zscore',
      'smembers',
    ],
  );

  test('looking sends only commands that read, and never KEYS', async () => {
    const server = await redis();
    const folder = folderWith({'ratectl.yaml': SLOW_POLICY});
    await written(server.url, folder, (store) => send(store, [{ip: 'a'}, {tenant: 'acme', plan: 'free'}]));
    const names = await monitored(server, async () => {
      for (const args of [['status'], ['status', '--all'], ['status', 'plan/acme'], ['explain', 'acme']])
        expect((await ratectl([...args, '--store', server.url], {cwd: folder})).code).toBe(0);
    });
    expect(names.length).toBeGreaterThan(10);
    expect([...new Set(names)].filter((name) => !READING.includes(name))).toEqual([]);
  });

  test('--watch says that the store is lost, and goes on when it is back', {timeout: 120_000}, async () => {
    const server = await redis();
    const folder = folderWith({'ratectl.yaml': SLOW_POLICY});
    await written(server.url, folder, (store) => send(store, [{ip: 'a'}]));
    const child = spawn(
      process.execPath,
      [BIN, 'status', '--all', '--watch', '--interval', '250ms', '-o', 'jsonl', '--store', server.url],
      {cwd: folder, stdio: ['ignore', 'pipe', 'inherit']},
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen: string[] = [];
    for await (const line of createInterface({input: child.stdout})) {
      const {kind} = JSON.parse(line) as {kind: string};
      const isFirst = !seen.includes(kind);
      seen.push(kind);
      if (kind === 'look' && isFirst) await server.kill();
      if (kind === 'lost' && isFirst) await server.start();
      if (kind === 'found') break;
    }
    // It may look more than once before the server is gone.
    expect(seen.join(' ')).toMatch(/^(key look )+(lost )+found$/);
    child.kill('SIGINT');
  });

  test('DEBUG does not make a driver print the password', async () => {
    const server = await redis();
    const {Redis} = await import('ioredis');
    const admin = new Redis(server.url, {protocol: 2});
    await admin.call(
      'ACL',
      'SETUSER',
      'ops',
      'on',
      '>hunter2-secret',
      '~rl:*',
      '+@read',
      '+@connection',
      '+time',
    );
    admin.disconnect();
    const {code, out, err} = await ratectl(['status', '--store', `redis://ops@127.0.0.1:${server.port}`], {
      env: {DEBUG: '*', RATECTL_PASSWORD: 'hunter2-secret'},
    });
    expect(code).toBe(0);
    expect(out + err).not.toMatch(/hunter2|ioredis/);
  });

  test('a store that is not there at first is exit 3', async () => {
    const {code, err} = await ratectl(['status', '--watch', '--store', 'redis://127.0.0.1:1']);
    expect(code).toBe(3);
    expect(err).toContain('cannot reach the store');
  });
});
