import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {Manual} from '../../documents/manual.ts';
import {ROOT} from '../../e2e/command.ts';
import {PATIENTLY} from '../../support/in-time.ts';
import {type PostgresServer, startPostgres} from '../../support/servers/postgres-server.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {askUntilRefused, started, startShop} from './shop.ts';

const FOLDER = join(ROOT, 'examples', 'deployment');
/** Of this machine, as others see it. */
const ADDRESS = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({family, internal}) => family === 'IPv4' && !internal)?.address;
const TOKEN = 'a-token-of-the-test-0123456789';

const manualWith = (): Manual => {
  const manual = new Manual({copies: {deployment: 'examples/deployment'}});
  onTestFinished(() => manual.remove());
  return manual;
};

/** What each role has to be able to do, and no more; `as` names a store as the role. */
const rolesWork = async (as: (role: 'application' | 'operator' | 'reader') => string): Promise<void> => {
  const manual = manualWith();
  // Refilled so slowly that nobody is let in again while the test runs.
  const policy = readFileSync(join(FOLDER, 'ratectl.yaml'), 'utf8').replace('rate: 100/h', 'rate: 100/d');
  manual.write('deployment/ratectl.yaml', policy);
  const run = (role: 'operator' | 'reader', command: string) =>
    manual.run(command, {RATECTL_STORE: as(role), RATECTL_PASSWORD: `change-me-${role}`});
  const shop = await startShop(manual, as('application'));
  expect(await askUntilRefused(shop.url)).toBe(100);

  // Who only looks sees it: at once through `status`, through HTTP, and not at all without the token.
  const seen = async (): Promise<string> => (await run('reader', 'ratectl status plan/acme')).out;
  await expect.poll(seen, PATIENTLY).toContain('limited');
  for (const command of ['explain plan/acme', 'report', 'override ls', 'audit', 'degrade', 'token ls'])
    expect(await run('reader', `ratectl ${command}`)).toMatchObject({failures: []});
  const serve = await started(manual, ['ratectl', 'serve', '--listen', '127.0.0.1:0'], {
    RATECTL_STORE: as('reader'),
    RATECTL_PASSWORD: 'change-me-reader',
    RATECTL_SERVE_TOKEN: TOKEN,
    RATECTL_READ_ONLY: '1',
  });
  const scraped = await fetch(`${serve.url}/metrics`, {headers: {authorization: `Bearer ${TOKEN}`}});
  expect(await scraped.text()).toContain('ratectl_store_reachable 1');
  expect((await fetch(`${serve.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${serve.url}/livez`)).status).toBe(200);
  expect((await fetch(`${serve.url}/readyz`)).status).toBe(200);

  // And may not change anything.
  const refused = await run('reader', 'ratectl reset plan/acme --yes --reason test');
  expect(refused.failures.map(([status]) => status)).toEqual([3]);
  const forbidden = await run('reader', 'ratectl override set plan/acme --exempt --yes --reason test');
  expect(forbidden.failures.map(([status]) => status)).toEqual([3]);
  expect(await seen()).toContain('limited');

  // An operator may.
  for (const command of [
    'reset plan/acme --yes --reason test --receipt acme.jsonl',
    'reset --undo acme.jsonl --yes --reason test',
    'override set plan/acme --rate 1000/h --for 1h --reason test',
    'degrade set shed-low --for 1h --yes --reason test',
    'degrade clear --reason test',
  ])
    expect(await run('operator', `ratectl ${command}`)).toMatchObject({failures: []});
  const served = async (): Promise<number> =>
    (await fetch(`${shop.url}/api/orders`, {headers: {'x-api-key': 'key-acme'}})).status;
  await expect.poll(served, PATIENTLY).toBe(200);
  await expect.poll(seen, PATIENTLY).not.toContain('limited');
  expect([await shop.stop(), await serve.stop()]).toEqual([0, 143]);
};

describe('Redis with examples/deployment/users.acl and redis.conf', {timeout: 60_000}, () => {
  let server: RedisServer;
  beforeAll(async () => {
    const settings = readFileSync(join(FOLDER, 'redis.conf'), 'utf8')
      .split('\n')
      .filter((line) => /^\w/.test(line) && !line.startsWith('aclfile'))
      .flatMap((line) => {
        const [name, ...words] = line.split(' ');
        return [`--${name}`, words.join(' ').replaceAll('"', '')];
      });
    const more = ['--aclfile', join(FOLDER, 'users.acl'), '--bind', '0.0.0.0'];
    server = await startRedis({args: [...settings, ...more]});
  }, 120_000);
  afterAll(() => server.stop());

  const as = (role: string): string =>
    role === 'application'
      ? `redis://application:change-me-application@127.0.0.1:${server.port}`
      : `redis://${role}@127.0.0.1:${server.port}`;

  test('the application limits, operators change, readers look', () => rolesWork(as), 240_000);

  test('without a login there is nothing but PING, for health checks', () => {
    const cli = (...args: string[]): string =>
      execFileSync('redis-cli', ['-p', String(server.port), ...args], {encoding: 'utf8'}).trim();
    expect(cli('ping')).toBe('PONG');
    expect(cli('get', 'rl:~:{~}:x')).toMatch(/^NOPERM/);
  });

  test.runIf(ADDRESS !== undefined)('it answers other machines, too', () => {
    const args = ['-h', ADDRESS!, '-p', String(server.port), 'ping'];
    expect(execFileSync('redis-cli', args, {encoding: 'utf8'})).toBe('PONG\n');
  });

  test('it does not evict, and status has nothing to say about that', async () => {
    const {out} = await manualWith().run('ratectl status --json', {
      RATECTL_STORE: as('reader'),
      RATECTL_PASSWORD: 'change-me-reader',
      RATECTL_POLICY: join(FOLDER, 'ratectl.yaml'),
    });
    expect(JSON.parse(out)).toMatchObject({data: {store: {remarks: []}}});
  });

  test('the rules are those of docs/stores.md', () => {
    const rules = [
      ...readFileSync(join(ROOT, 'docs', 'stores.md'), 'utf8').matchAll(/\| `(~rl:\*.*)` \|$/gm),
    ];
    const [reader, application] = rules.map(([, rule]) => rule!.replaceAll('\\|', '|'));
    const users = readFileSync(join(FOLDER, 'users.acl'), 'utf8').split('\n');
    const ruleOf = (user: string): string | undefined =>
      users.find((line) => line.startsWith(`user ${user} `))?.split(' -@all ')[1];
    expect([ruleOf('reader'), ruleOf('application'), ruleOf('operator')]).toEqual([
      reader,
      application,
      application,
    ]);
  });
});

describe('Postgres with examples/deployment/postgres-roles.sql', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    const roles = ['owner', 'application', 'operator', 'reader'].map((role) => `ratectl_${role}`);
    server = await startPostgres({access: [`host shop ${roles.join()} 127.0.0.1/32 scram-sha-256`]});
    await server.sql('CREATE DATABASE shop');
    for (const file of ['postgres-roles.sql', 'postgres-passwords.sql'])
      await server.sql(readFileSync(join(FOLDER, file), 'utf8'), 'shop');
  }, 120_000);
  afterAll(() => server.stop());

  const as = (role: string): string => {
    const user = `ratectl_${role}`;
    const query = role === 'owner' ? undefined : 'migrate=never';
    const password = role === 'application' || role === 'owner' ? {password: `change-me-${role}`} : {};
    return server.urlOf({user, database: 'shop', ...password, ...(query === undefined ? {} : {query})});
  };

  test('the owner makes the schema; the application limits, operators change, readers look', async () => {
    const manual = manualWith();
    const made = await manual.run('ratectl migrate --yes --reason "new version"', {
      RATECTL_STORE: as('owner'),
    });
    expect(made, made.err).toMatchObject({failures: []});
    await rolesWork(as);
  }, 240_000);
});
