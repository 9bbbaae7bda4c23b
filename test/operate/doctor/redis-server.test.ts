import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {NEWS, READING, WRITING} from '../../../src/store/redis/needed-rights.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {targetOf} from '../../store/redis/redis-target.ts';
import {expectInTime, msOf, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {startRedisCluster} from '../../support/servers/redis-cluster.ts';
import {startSentinels} from '../../support/servers/redis-sentinel.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {lookAt} from './look-at.ts';

const ROW = {address: {limit: 'per-ip', key: '203.0.113.7', tier: '', shape: 't'}, words: [1, 2, 3]};

/** µs. */
const NEVER_SLOW = '60000000';

const withRow = async (url: string): Promise<void> => {
  const store = await openRedisStore(targetOf(url), {access: 'write'});
  const {now} = await store.facts();
  await store.change([{address: ROW.address, expected: 'any', next: {...ROW, expiresAt: now + 60_000_000}}]);
  await store.announce();
  await store.close();
};

describe('a server that keeps what it has', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis({
      args: [
        ...['--appendonly', 'yes', '--maxmemory', '200mb', '--maxmemory-policy', 'noeviction'],
        // A busy machine makes any call slow.
        ...['--slowlog-log-slower-than', NEVER_SLOW],
      ],
    });
    admin = new Redis(server.url, {protocol: 2});
    await withRow(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  test('nothing is found but that its version is old, and nothing is changed', async () => {
    const before = await admin.dbsize();
    const {found, check, examination} = await lookAt(targetOf(server.url));
    expect(found).toEqual({'store/version': 'note'});
    expect(check('store/latency').evidence[0]).toEqual({name: 'pings', value: 20, unit: 'count'});
    expect(check('store/clock-skew').result).toBe('ok');
    expect(examination.rights).toMatchObject({
      seen: true,
      value: {user: 'default', by: 'ACL DRYRUN', missingToWrite: []},
    });
    expect(check('redis/key-expiry').evidence[0]).toEqual({name: 'rows looked at', value: 1, unit: 'count'});
    expect(await admin.dbsize()).toBe(before);
  });

  test('nothing that is sent writes, and no script is run', async () => {
    const monitor = await admin.monitor();
    const sent = new Set<string>();
    let last = '';
    monitor.on('monitor', (_: string, args: string[]) => {
      sent.add(args[0]!.toLowerCase());
      last = args[1] ?? '';
    });
    await lookAt(targetOf(server.url));
    await admin.ping('the end');
    await expect.poll(() => last, PATIENTLY).toBe('the end');
    monitor.disconnect();
    const reads = [
      'info',
      'config',
      'slowlog',
      'ping',
      'time',
      'acl',
      'dbsize',
      'scan',
      'pttl',
      'client',
      'select',
      'quit',
    ];
    expect([...sent].filter((name) => !reads.includes(name))).toEqual([]);
  });

  test('rows without an end, keys of others and slow calls are found, and not without them', async () => {
    await admin.set('rl:per-ip:t:{endless}', 'x');
    await admin.set('rl:stranger', 'x');
    await admin.config('SET', 'slowlog-log-slower-than', '0');
    await admin.get('rl:per-ip:t:{endless}');
    // Time that Redis spends in a script counts as the call's.
    await admin.eval(
      "local t = redis.call('time') local e = t[1] * 1e6 + t[2] + 15000 repeat t = redis.call('time') until t[1] * 1e6 + t[2] > e",
      1,
      'rl:x',
    );
    const {found, check} = await lookAt(targetOf(server.url));
    expect(found).toMatchObject({
      'redis/key-expiry': 'warning',
      'redis/foreign-keys': 'note',
      'redis/slow-calls': 'warning',
    });
    expect(check('redis/key-expiry').findings[0]?.what).toContain('1 of 2 rows');
    await admin.config('SET', 'slowlog-log-slower-than', NEVER_SLOW);
    await admin.slowlog('RESET');
    await admin.del('rl:per-ip:t:{endless}', 'rl:stranger');
    expect((await lookAt(targetOf(server.url))).found).toEqual({'store/version': 'note'});
  });

  test('a search through many keys of others ends, and says that it is a part', async () => {
    const chain = admin.pipeline();
    for (let i = 0; i < 20_000; i++) chain.set(`other:${i}`, '1');
    await chain.exec();
    const {examination} = await lookAt(targetOf(server.url));
    const {details} = examination;
    expect(details).toMatchObject({
      kind: 'redis',
      keys: {value: {complete: false, total: expect.any(Number)}},
    });
    await admin.flushdb();
    await withRow(server.url);
  });

  test('what a server refuses to tell is said, and the rest is looked at', async () => {
    const {user, target} = await userWith(
      admin,
      server,
      '+ping +time +info +scan +pttl +dbsize +multi +quit',
    );
    const {check, examination} = await lookAt(target);
    expect(check('redis/script-limit')).toMatchObject({
      result: 'unknown',
      why: expect.stringContaining('may not do this'),
    });
    expect(check('redis/slow-calls').result).toBe('unknown');
    expect(check('redis/eviction').result).toBe('ok');
    expect(examination.rights).toMatchObject({seen: true, value: {by: 'a transaction that is thrown away'}});
    expect(check('store/rights-read').findings[0]?.what).toContain('may not: get, mget, type');
    await admin.call('acl', 'deluser', user);
  });

  test('who may not even begin a transaction lacks rights, and is not taken for healthy', async () => {
    const {user, target} = await userWith(admin, server, '~* +ping +info +get');
    const {check, examination} = await lookAt(target);
    expect(examination.rights).toMatchObject({seen: true, value: {by: 'sending what only reads'}});
    const [finding] = check('store/rights-read').findings;
    expect(finding?.severity).toBe('error');
    expect(finding?.what).toContain(`user ${user} may not: multi, time, mget`);
    expect(finding?.what).not.toMatch(/ (?:get|ping),/);
    expect(check('store/rights-write')).toMatchObject({
      result: 'unknown',
      why: expect.stringContaining('may not begin a transaction'),
    });
    await admin.call('acl', 'deluser', user);
  });

  test('of the rights that are documented for applications nothing is missing; without one of them it is', async () => {
    const rights = documentedRights('applications');
    const all = await userWith(admin, server, rights.join(' '));
    const {examination} = await lookAt(all.target);
    expect(examination.rights).toMatchObject({
      seen: true,
      value: {
        by: 'a transaction that is thrown away',
        missingToRead: [],
        missingToWrite: [],
        missingForNews: [],
      },
    });
    const less = await userWith(
      admin,
      server,
      rights.filter((right) => !['+zincrby', '+publish', '&rl:~news'].includes(right)).join(' '),
    );
    const looked = await lookAt(less.target);
    expect(looked.check('store/rights-write').findings).toHaveLength(1);
    expect(looked.check('store/rights-write').findings[0]?.what).toContain('zincrby');
    expect(looked.check('store/rights-news').findings[0]?.what).toContain('publish, subscribe');
    for (const {user} of [all, less]) await admin.call('acl', 'deluser', user);
  });

  test('a user of other keys may do nothing with ours', async () => {
    const {user, target} = await userWith(admin, server, '~other:* +@all');
    const {check} = await lookAt(target);
    expect(check('store/rights-read').result).toBe('finding');
    expect(check('store/rights-write').findings[0]?.what).toContain('evalsha');
    await admin.call('acl', 'deluser', user);
  });

  test('a wrong password is no crash', async () => {
    await admin.call('acl', 'setuser', 'x', 'on', '>right', '~*', '+@all');
    await expect(lookAt(targetOf(`redis://x:wrong@127.0.0.1:${server.port}`))).rejects.toMatchObject({
      kind: 'denied',
    });
  });

  test(
    'a server that hangs is given up in time',
    async () => {
      server.signal('SIGSTOP');
      try {
        await expectInTime(2_000, () =>
          msOf(() => expect(lookAt(targetOf(server.url), 500)).rejects.toMatchObject({kind: 'unreachable'})),
        );
      } finally {
        server.signal('SIGCONT');
      }
    },
    2 * PATIENCE_MS,
  );
});

test('a cache that evicts and keeps nothing', async () => {
  const server = await startRedis({args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']});
  try {
    const {found, check} = await lookAt(targetOf(server.url));
    expect(found).toMatchObject({'redis/eviction': 'error', 'redis/persistence': 'warning'});
    expect(check('redis/eviction').findings[0]?.evidence).toContainEqual({
      name: 'maxmemory',
      value: 104_857_600,
      unit: 'bytes',
    });
  } finally {
    await server.stop();
  }
});

test('memory and connections that run out, a save that failed, replicas that are demanded', async () => {
  const server = await startRedis({args: ['--maxclients', '20']});
  const clients = Array.from({length: 18}, () => new Redis(server.url, {protocol: 2}));
  const [admin] = clients as [Redis];
  try {
    await Promise.all(clients.map((client) => client.ping()));
    const used = Number(/^used_memory:(\d+)/m.exec(await admin.info('memory'))?.[1]);
    await admin.config('SET', 'maxmemory', String(Math.round(used * 1.1)));
    await admin.config('SET', 'min-replicas-to-write', '1');
    await admin.config('SET', 'lua-time-limit', '0');
    rmSync(server.dir, {recursive: true});
    await admin.call('bgsave');
    const failed = async () => /rdb_last_bgsave_status:err/.test(await admin.info('persistence'));
    await expect.poll(failed, PATIENTLY).toBe(true);
    expect((await lookAt(targetOf(server.url))).found).toMatchObject({
      'redis/memory': expect.stringMatching('warning|error'),
      'redis/connections': 'error',
      'redis/min-replicas': 'error',
      'redis/script-limit': 'note',
      'redis/last-save': 'error',
    });
  } finally {
    for (const client of clients) client.disconnect();
    await server.stop();
  }
});

test(
  'a replica that is late is found, one that keeps up is not; a replica is no primary',
  async () => {
    const primary = await startRedis();
    const replica = await startRedis({args: ['--replicaof', '127.0.0.1', String(primary.port)]});
    try {
      await expect
        .poll(async () => (await lookAt(targetOf(primary.url))).check('redis/min-replicas').result, {
          timeout: PATIENCE_MS,
        })
        .toBe('finding');
      await expect
        .poll(async () => (await lookAt(targetOf(primary.url))).check('redis/replicas').result, {
          timeout: PATIENCE_MS,
        })
        .toBe('ok');
      expect((await lookAt(targetOf(replica.url))).found).toMatchObject({'redis/primary': 'warning'});
      replica.signal('SIGSTOP');
      await expect
        .poll(async () => (await lookAt(targetOf(primary.url))).check('redis/replicas').result, {
          timeout: PATIENCE_MS,
          interval: 250,
        })
        .toBe('finding');
      replica.signal('SIGCONT');
    } finally {
      await replica.stop();
      await primary.stop();
    }
  },
  4 * PATIENCE_MS,
);

test(
  'the primary that Sentinels name is called by its own address',
  async () => {
    const servers = await startSentinels();
    try {
      const {examination, check} = await lookAt({
        ...targetOf(servers.sentinels[0]!.url),
        topology: {kind: 'sentinel', service: servers.service},
      });
      const {details} = examination;
      expect(details).toMatchObject({
        topology: 'sentinel',
        nodes: [{address: `127.0.0.1:${servers.primary.port}`}],
      });
      expect(check('redis/primary').result).toBe('ok');
    } finally {
      await servers.stop();
    }
  },
  4 * PATIENCE_MS,
);

test(
  'a Cluster: primaries without replicas, and slots that nobody serves',
  async () => {
    const {nodes, stop} = await startRedisCluster(3);
    const target = {...targetOf(nodes[0]!.url), topology: {kind: 'cluster'} as const};
    try {
      const whole = await lookAt(target);
      expect(whole.found).toMatchObject({'redis/cluster': 'note'});
      expect(whole.examination.details).toMatchObject({nodes: {length: 3}});
      expect(whole.check('store/rights-write').result).toBe('ok');
      const admin = new Redis(nodes[0]!.url, {protocol: 2});
      await admin.cluster('DELSLOTS', '1');
      await expect
        .poll(async () => (await lookAt(target)).found['redis/cluster'], {timeout: PATIENCE_MS})
        .toBe('error');
      admin.disconnect();
    } finally {
      await stop();
    }
  },
  4 * PATIENCE_MS,
);

test(
  'a Cluster that has stopped to serve says why, although it lets nobody in',
  async () => {
    const {nodes, stop} = await startRedisCluster(3, {nodeTimeoutMs: 2_000});
    const target = {...targetOf(nodes[0]!.url), topology: {kind: 'cluster'} as const};
    const admin = new Redis(nodes[0]!.url, {protocol: 2});
    try {
      await nodes[1]!.stop();
      await expect
        .poll(async () => (await admin.cluster('INFO')).includes('cluster_state:fail'), {
          timeout: PATIENCE_MS,
        })
        .toBe(true);
      const {check, examination} = await lookAt(target, 3_000);
      expect(check('redis/cluster').findings).toMatchObject([
        {severity: 'error', what: expect.stringContaining('state fail')},
      ]);
      expect(examination.url).toContain('redis+cluster://');
      expect(examination.details).toMatchObject({topology: 'cluster'});
    } finally {
      admin.disconnect();
      await stop();
    }
  },
  4 * PATIENCE_MS,
);

test('the commands that are tried are those that docs/stores.md grants', () => {
  const names = (commands: readonly (readonly [string, ...unknown[]])[]) =>
    commands.map(([name]) => `+${name}`);
  // Of the connection itself: without them nothing could be asked.
  const connection = ['+multi', '+exec', '+select', '+client|setname'];
  const commandsOf = (user: string) =>
    documentedRights(user)
      .filter((right) => right.startsWith('+') && !connection.includes(right))
      .sort();
  expect([...names(READING), '+subscribe'].sort()).toEqual(commandsOf('`status`, `explain`'));
  expect([...names(READING), ...names(WRITING), ...names(NEWS)].sort()).toEqual(
    [...new Set([...commandsOf('applications'), ...commandsOf('`status`, `explain`')])].sort(),
  );
});

let users = 0;

const userWith = async (admin: Redis, server: RedisServer, rights: string) => {
  const user = `u${users++}`;
  await admin.call(
    'acl',
    'setuser',
    user,
    'on',
    '>pw',
    'resetkeys',
    'resetchannels',
    '-@all',
    ...rights.split(' '),
  );
  return {user, target: targetOf(`redis://${user}:pw@127.0.0.1:${server.port}`)};
};

/** The rights of a row of docs/stores.md. */
const documentedRights = (user: string): readonly string[] => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/stores.md'), 'utf8');
  const line = text.split('\n').find((one) => one.startsWith(`| ${user}`) && one.includes('~rl:*'));
  return (line?.match(/[~+&][^\s`]+/g) ?? []).map((right) => right.replaceAll('\\', ''));
};
