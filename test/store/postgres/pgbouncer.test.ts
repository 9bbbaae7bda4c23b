import {type ChildProcess, spawn} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {PATIENTLY} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf} from '../../support/policies.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {ensureBinary} from '../../support/servers/install.ts';
import {asUser, unprivileged} from '../../support/servers/postgres-server.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
let bouncer: ChildProcess;
let dir: string;
let url: string;

const PGBOUNCER = {binaries: ['pgbouncer'], apt: 'pgbouncer', brew: 'pgbouncer'};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ratectl-bouncer-'));
  chmodSync(dir, 0o755);
  const port = await freePort();
  const ini = join(dir, 'pgbouncer.ini');
  writeFileSync(join(dir, 'users.txt'), '"ratectl" ""\n');
  // Two connections of the server for all clients: whoever counts on a session is found out.
  writeFileSync(
    ini,
    `[databases]
postgres = host=127.0.0.1 port=${server().port} user=ratectl
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(dir, 'users.txt')}
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
server_reset_query = discard all
server_reset_query_always = 1
`,
  );
  const [command, args] = asUser(unprivileged(), ensureBinary(PGBOUNCER), ['-q', ini]);
  bouncer = spawn(command, args, {stdio: 'ignore', cwd: tmpdir()});
  for (;;) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (up) break;
    await sleep(25);
  }
  url = `postgres://ratectl@127.0.0.1:${port}/postgres`;
}, 60_000);
afterAll(() => {
  bouncer.kill('SIGKILL');
  rmSync(dir, {recursive: true, force: true});
});

describe('through PgBouncer in transaction mode', () => {
  const router = new RequestRouter(
    policyOf([{name: 'limit', buckets: [fixedWindowSpec(100, 24 * 365 * HOUR)]}]),
  );
  const check = router.route({key: 'a'}, {cost: 1, now: Date.now() * 1_000, hold: 0});

  test.each(['', '?pgbouncer=true'])('migrations, checks and all the rest work %s', async (query) => {
    const schema = randomSchema();
    const stores = await Promise.all(
      Array.from({length: 4}, () => openTestStore(`${url}${query}`, {schema, connection: 'reconnect'})),
    );
    const calls = Array.from({length: 120}, (_, i) =>
      stores[i % 4]!.check(i % 2 === 0 ? [check] : [check, check]),
    );
    const answers = (await Promise.all(calls)).flat();
    expect(answers.filter(({verdicts}) => verdicts[0]!.kind === 0)).toHaveLength(100);
    const [store] = stores;
    await store!.put('override', 'a', {b: 1});
    expect(await store!.get('override', 'a')).toMatchObject({value: {b: 1}});
    await store!.append('audit', [1, 2]);
    await store!.record({limits: [{limit: 'limit', allowed: 1, denied: 2, shadowDenied: 0}], keys: []});
    await store!.announce();
    expect(await stores[1]!.generation()).toBe(1);
    expect(await store!.sweep()).toBe(0);
    const reader = await openTestStore(`${url}${query}`, {schema, access: 'read'});
    expect((await reader.read([check.layers[0]!.address]))[0]!.words[1]).toBe(100);
    await expect(reader.announce()).rejects.toMatchObject({kind: 'rights'});
    expect(await reader.generation()).toBe(1);
    // Who comes next on the same connections of the server may write.
    await store!.announce();
    await Promise.all([...stores, reader].map((store) => store.close()));
  });

  test.each(['', '?pgbouncer=true'])('queues give each item to one worker %s', async (query) => {
    const schema = randomSchema();
    const stores = await Promise.all(
      Array.from({length: 8}, () => openTestStore(`${url}${query}`, {schema, connection: 'reconnect'})),
    );
    const [store] = stores;
    await store!.enqueue(
      'mail',
      Array.from({length: 400}, (_, n) => ({class: 'normal', rank: n, notBefore: 0, payload: n})),
    );
    const done: unknown[] = [];
    await Promise.all(
      stores.map(async (store) => {
        for (;;) {
          const claimed = await store.claim('mail', {count: 5, leaseFor: HOUR});
          if (claimed.length === 0) return;
          for (const item of claimed) {
            expect(await store.settle('mail', item, {kind: 'done'})).toBe(true);
            done.push(item.payload);
          }
        }
      }),
    );
    expect(done).toHaveLength(400);
    expect(new Set(done).size).toBe(400);
    const reader = await openTestStore(`${url}${query}`, {schema, access: 'read'});
    await store!.enqueue('mail', [{class: 'normal', rank: 1, notBefore: 0, payload: 1}]);
    expect(await reader.queues()).toMatchObject([{queue: 'mail', due: 1}]);
    await expect(reader.claim('mail', {count: 1, leaseFor: 1})).rejects.toMatchObject({kind: 'rights'});
    await Promise.all([...stores, reader].map((store) => store.close()));
  });

  test.each(['', '?pgbouncer=true'])(
    'announcements are heard by asking, and nobody listens on a connection that others share %s',
    async (query) => {
      const schema = randomSchema();
      const store = await openTestStore(`${url}${query}`, {schema, connection: 'reconnect'});
      let heard = 0;
      const stop = await store.listen(() => {
        heard++;
      });
      await store.announce();
      await expect.poll(() => heard, PATIENTLY).toBe(1);
      const listening = await server().sql("select from pg_stat_activity where query ilike 'listen%'");
      expect(listening).toEqual([]);
      await stop();
      await store.announce();
      await sleep(700);
      expect(heard).toBe(1);
      await store.close();
    },
  );

  test('synchronous_commit=off holds for the transaction of a check, and for nothing behind it', async () => {
    const schema = randomSchema();
    const store = await openTestStore(`${url}?synchronous_commit=off`, {schema, connection: 'reconnect'});
    await Promise.all(Array.from({length: 20}, () => store.check([check])));
    expect((await store.facts()).remarks.join()).toContain('synchronous_commit is off');
    await store.close();
    const settings = await Promise.all(
      Array.from({length: 4}, async () => {
        const {default: pg} = await import('pg');
        const client = new pg.Client(url);
        await client.connect();
        const {rows} = await client.query(
          "select current_setting('synchronous_commit') as s, current_setting('lock_timeout') as l",
        );
        await client.end();
        return rows[0];
      }),
    );
    expect(new Set(settings.map(({s, l}) => `${s} ${l}`))).toEqual(new Set(['on 0']));
  });

  test('a wrong database is told apart', async () => {
    await expect(openTestStore(url.replace('/postgres', '/nowhere'))).rejects.toMatchObject({
      kind: 'wrong-database',
    });
  });
});
