import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {systemClock} from '../../src/base/clock.ts';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {runProgram} from '../../src/cli/program.ts';
import type {DoctorCheck, DoctorReport} from '../../src/view/model/doctor-report.ts';
import {pacedMsOf} from '../e2e/slowness.ts';
import {cpuMsOf, expectInTime, msOf} from '../support/in-time.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {startRedisCluster} from '../support/servers/redis-cluster.ts';
import {type RedisServer, startRedis} from '../support/servers/redis-server.ts';
import {type Answer, type LiveCli, liveCli, POLICY} from './live-cli.ts';
import {testContext} from './test-context.ts';

const DAY = 86_400_000_000;

interface Doctor {
  readonly cli: LiveCli;
  /** With the clock of the machine: that of a store is compared with it. */
  run(...args: readonly string[]): Promise<Answer>;
  report(...args: readonly string[]): Promise<DoctorReport & {check(id: string): DoctorCheck}>;
}

/** A folder with a policy and an SQLite store that has been used. */
const doctor = async (
  files: Readonly<Record<string, string>> = {'ratectl.yaml': POLICY},
  env: Readonly<Record<string, string>> = {},
): Promise<Doctor> => {
  const cli = liveCli({}, {});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cli.folder, name)), {recursive: true});
    writeFileSync(join(cli.folder, name), text);
  }
  await cli.with((store) => store.announce());
  const run = async (...args: readonly string[]): Promise<Answer> => {
    const vars = {RATECTL_STORE: `sqlite:${join(cli.folder, 'state.db')}`, HOME: cli.folder, ...env};
    const named = args.some((arg) => ['--store', '--context'].includes(arg));
    const {RATECTL_STORE: _, ...without} = vars;
    const context = {
      ...testContext(named ? without : vars, 100),
      cwd: cli.folder,
      clock: systemClock,
      version: '0.1.0',
    };
    try {
      await runProgram(['doctor', ...args], context);
    } catch (error) {
      context.written.err += errorText(error, true);
      context.exitCode = isRatectlError(error) ? error.exit : 1;
    }
    return {code: context.exitCode, ...context.written};
  };
  return {
    cli,
    run,
    async report(...args) {
      const {data} = JSON.parse((await run(...args, '--json')).out) as {data: DoctorReport};
      return {...data, check: (id) => data.checks.find((check) => check.id === id)!};
    },
  };
};

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/json/doctor.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

describe('a store that is well', () => {
  test('nothing that fails is found: exit 0', async () => {
    const {run} = await doctor();
    const {code, out, err} = await run();
    expect({code, err}).toEqual({code: 0, err: ''});
    expect(out).toContain('sqlite');
    expect(out).not.toContain('error');
  });

  test('docs/json/doctor.schema.json describes the answer, whatever is found', async () => {
    const {run, cli} = await doctor();
    expect(schemaErrors(schema, JSON.parse((await run('--json')).out))).toEqual([]);
    rmSync(join(cli.folder, 'state.db'));
    expect(schemaErrors(schema, JSON.parse((await run('--json')).out))).toEqual([]);
    expect(
      schemaErrors(schema, JSON.parse((await run('--json', '--store', 'redis://127.0.0.1:1')).out)),
    ).toEqual([]);
    expect(schemaErrors(schema, JSON.parse((await run('--json', '--only', 'machine')).out))).toEqual([]);
  });

  test('it takes less than 150 ms without a network', async () => {
    const {run} = await doctor();
    await run();
    await expectInTime(150, () => cpuMsOf(run));
    await expectInTime(150, () => pacedMsOf(run));
  }, 120_000);

  test('looking changes nothing', async () => {
    const {run, cli} = await doctor();
    const before = readFileSync(join(cli.folder, 'state.db'));
    await run();
    expect(readFileSync(join(cli.folder, 'state.db')).equals(before)).toBe(true);
  });

  test('--only chooses areas, in any number, and looks at nothing else', async () => {
    const {report, run} = await doctor();
    const {checks, store} = await report('--only', 'machine,configuration');
    expect(new Set(checks.map(({area}) => area))).toEqual(new Set(['machine', 'configuration']));
    expect(store).toBeNull();
    expect((await report('--only', 'sqlite', '--only', 'usage')).checks.map(({area}) => area)).not.toContain(
      'store',
    );
    expect((await run('--only', 'disk')).code).toBe(2);
  });

  test('JSON lines have a check each, Markdown and the wide table what they should', async () => {
    const {run} = await doctor();
    const lines = (await run('-o', 'jsonl')).out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as DoctorCheck).id)).toContain('sqlite/integrity');
    expect((await run('-o', 'md')).out).toMatch(/^## ratectl doctor/);
    expect((await run('-o', 'wide')).out).toContain('ok  sqlite/integrity');
    expect((await run()).out).not.toContain('ok  sqlite/integrity');
  });
});

describe('--fail-on', () => {
  test('exit 5 at findings of that severity and worse', async () => {
    const {run, cli} = await doctor();
    chmodSync(join(cli.folder, 'state.db'), 0o666);
    expect((await run('--only', 'sqlite')).code).toBe(0);
    expect((await run('--only', 'sqlite', '--fail-on', 'warning')).code).toBe(5);
    expect((await run('--only', 'sqlite', '--fail-on', 'note')).code).toBe(5);
    expect((await run('--only', 'sqlite', '--severity', 'error', '--fail-on', 'warning')).code).toBe(5);
    chmodSync(join(cli.folder, 'state.db'), 0o644);
    expect((await run('--only', 'sqlite', '--fail-on', 'note')).code).toBe(0);
  });

  test('a damaged file is an error: exit 5', async () => {
    const {run, cli} = await doctor();
    writeFileSync(join(cli.folder, 'state.db'), Buffer.alloc(4_096, 1));
    const {code, out} = await run();
    expect(code).toBe(5);
    expect(out).toContain('sqlite/integrity');
  });
});

describe('a store that answers and cannot be used', () => {
  test('a node of a Cluster behind redis:// is an error: exit 5', async () => {
    const {nodes, stop} = await startRedisCluster(3);
    const node = nodes[0]!;
    try {
      const {run, report} = await doctor();
      const {check} = await report('--store', node.url);
      expect(check('store/reachable').findings).toMatchObject([
        {severity: 'error', what: expect.stringContaining('is a node of a Redis Cluster')},
      ]);
      expect((await run('--store', node.url)).code).toBe(5);
    } finally {
      await stop();
    }
  }, 120_000);

  test('a user who may do nothing is an error: exit 5', async () => {
    const server = await startRedis({args: ['--user', 'nobody', 'on', '>pw', '~*', '-@all']});
    try {
      const {run} = await doctor();
      const {code, out} = await run('--store', `redis://nobody:pw@127.0.0.1:${server.port}`);
      expect(code).toBe(5);
      expect(out).toContain('store/rights-read');
    } finally {
      await server.stop();
    }
  });
});

describe('commands that findings advise', () => {
  test('name the store that was named, and nothing where the configuration says it', async () => {
    const one = await doctor({'ratectl.yaml': POLICY, '.config/ratectl/config.yaml': 'contexts: {}\n'});
    await one.cli.with(async (store) => {
      const now = await store.now();
      const value = {effect: 'block', by: 'ada', why: 'x', at: now};
      await store.put('override', JSON.stringify(['gone', 'x']), value, {expiresAt: now + 7 * DAY});
    });
    const nextOf = async (...args: readonly string[]) =>
      (await one.report(...args)).check('usage/unknown-overrides').findings[0]?.next;
    const path = join(one.cli.folder, 'state.db');
    expect(await nextOf()).toBe('ratectl override rm gone/x');
    expect(await nextOf('--store', `sqlite:${path}`)).toBe(
      `ratectl override rm --store sqlite:${path} gone/x`,
    );
  });

  test('ratectl validate, where the policy is wrong', async () => {
    const {report} = await doctor({'ratectl.yaml': 'version: 1\nlimits: []\n'});
    expect((await report()).check('policy/valid').findings[0]?.next).toBe('ratectl validate ratectl.yaml');
  });
});

describe('a store that cannot be reached', () => {
  test('exit 3, and the rest is there all the same', async () => {
    const {run, report} = await doctor();
    const {code, out} = await run('--store', 'redis://127.0.0.1:1');
    expect(code).toBe(3);
    expect(out).toContain('store/reachable');
    expect(out).toContain('connection refused');
    expect(out).toContain('machine  2 ok');
    const {check} = await report('--store', 'redis://127.0.0.1:1');
    expect(check('redis/eviction')).toMatchObject({result: 'unknown', why: 'the store cannot be reached'});
  });

  test('with --only machine it is not asked for', async () => {
    const {run} = await doctor();
    expect((await run('--store', 'redis://127.0.0.1:1', '--only', 'machine')).code).toBe(0);
  });

  test('a password that cannot be had is said, and shown nowhere', async () => {
    const {run} = await doctor();
    const {code, out, err} = await run('--store', 'redis://:hunter2%2F@127.0.0.1:1/0');
    expect(code).toBe(3);
    expect(out + err).not.toContain('hunter2');
    const argv = await run('--store', 'redis://:hunter2@127.0.0.1:1/0', '--json');
    expect(argv.out).not.toContain('hunter2');
    expect(argv.out).toContain('--store holds a password');
  });

  test('a file that is not there: a note where it is the default store, a warning where it was named', async () => {
    const unused = await doctor({}, {RATECTL_STORE: ''});
    expect((await unused.report()).check('store/reachable').findings).toMatchObject([{severity: 'note'}]);
    expect((await unused.run()).code).toBe(0);
    const named = await unused.report('--store', 'sqlite:nowhere.db');
    expect(named.check('store/reachable').findings).toMatchObject([{severity: 'warning'}]);
    expect((await unused.run('--store', 'sqlite:nowhere.db')).code).toBe(0);
  });
});

describe('configuration', () => {
  const CONFIG = '.config/ratectl/config.yaml';

  test('a file that cannot be read does not hide the rest', async () => {
    const {report, run} = await doctor({[CONFIG]: 'contexts: [', 'ratectl.yaml': POLICY});
    const {check} = await report();
    expect(check('configuration/files').findings).toHaveLength(1);
    expect(check('configuration/settings').result).toBe('ok');
    expect(check('store/reachable')).toMatchObject({result: 'unknown'});
    expect(check('policy/valid').result).toBe('ok');
    expect((await run()).code).toBe(5);
  });

  test('contexts are tried one by one, without using them', async () => {
    const {report} = await doctor({
      [CONFIG]: `contexts:
  good: {store: "sqlite:good.db"}
  bad: {store: "redis//nowhere"}
  lost: {store: "redis://cache", passwordFile: "/nowhere/pw"}
`,
    });
    const {findings} = (await report()).check('configuration/contexts');
    expect(findings.map(({severity, what}) => `${severity} ${what}`)).toEqual([
      expect.stringContaining('warning context "bad" cannot be used'),
      expect.stringContaining('warning context "lost" cannot be used: its password file'),
    ]);
  });

  test('files with secrets that others can read, and none when they cannot', async () => {
    const {report, cli} = await doctor({
      [CONFIG]: 'contexts:\n  prod: {store: "redis://cache", passwordFile: "prod.password"}\n',
      '.config/ratectl/prod.password': 'hunter2\n',
    });
    const path = join(cli.folder, '.config/ratectl/prod.password');
    chmodSync(path, 0o644);
    const {findings} = (await report()).check('configuration/secrets');
    expect(findings).toMatchObject([{where: path, evidence: [{value: '0644'}], next: `chmod 600 ${path}`}]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    chmodSync(path, 0o600);
    expect((await report()).check('configuration/secrets').result).toBe('ok');
  });

  test('the key of the vault and a password in the file itself count, too', async () => {
    const {report, cli} = await doctor({
      [CONFIG]: 'contexts:\n  prod: {store: "redis://:hunter2@cache"}\n',
      'vault.keys': 'x',
    });
    const config = join(cli.folder, CONFIG);
    for (const path of [config, join(cli.folder, 'vault.keys')]) chmodSync(path, 0o644);
    const {check} = await report();
    expect(check('configuration/secrets').findings.map(({where}) => where)).toEqual([config]);
    expect(JSON.stringify(check('configuration/secrets'))).not.toContain('hunter2');
    const withVault = await doctor(
      {'vault.keys': 'x'},
      {RATECTL_VAULT_KEY_FILE: join(cli.folder, 'vault.keys')},
    );
    expect((await withVault.report()).check('configuration/secrets').findings[0]?.what).toContain(
      'token vault',
    );
  });

  test('a context that there is not is wrong usage', async () => {
    const {run} = await doctor();
    expect((await run('--context', 'nowhere')).code).toBe(2);
    expect((await run('--store', 'redis//x')).code).toBe(2);
  });
});

describe('policy', () => {
  test('one that is wrong is a finding with its place', async () => {
    const {report, run} = await doctor({
      'ratectl.yaml': 'version: 1\nlimits:\n  - {name: a, key: "{ip}", rate: 10/fortnight}\n',
    });
    const [finding] = (await report()).check('policy/valid').findings;
    expect(finding?.severity).toBe('error');
    expect(`${finding?.where} ${finding?.what}`).toContain('ratectl.yaml');
    expect((await run()).code).toBe(5);
  });

  test('one that differs from what applications published', async () => {
    const {report, cli} = await doctor();
    await cli.with((store) => store.put('policy', 'current', {source: POLICY, file: 'ratectl.yaml'}));
    expect((await report()).check('policy/drift').result).toBe('ok');
    await cli.with((store) =>
      store.put('policy', 'current', {source: POLICY.replace('20/d', '30/d'), file: 'ratectl.yaml'}),
    );
    expect((await report()).check('policy/drift').findings[0]?.what).toContain('limit per-ip is another');
    await cli.with((store) => store.put('policy', 'current', {source: 'x: [', file: 'ratectl.yaml'}));
    const {check} = await report();
    expect(check('policy/published').findings).toHaveLength(1);
  });
});

describe('usage', () => {
  const refuse = (doctor: Doctor, key: string, denied: number) =>
    doctor.cli.with(async (store) => {
      const now = await store.now();
      await store.record({
        limits: [{limit: 'per-ip', allowed: 1_000, denied, shadowDenied: 0}],
        keys: [
          {
            address: {limit: 'per-ip', key, tier: '', shape: 't'},
            denied,
            shadow: false,
            until: now + 1_000_000,
          },
        ],
      });
    });

  test('one private address with nearly all refusals is a proxy that is not trusted: exit 5', async () => {
    const one = await doctor();
    await refuse(one, '10.0.3.4', 500);
    const {check} = await one.report();
    expect(check('usage/proxy-address').findings[0]).toMatchObject({
      severity: 'error',
      where: 'per-ip/10.0.3.4',
    });
    expect(check('usage/one-key').result).toBe('ok');
    expect((await one.run()).code).toBe(5);
  });

  test('many keys with few refusals each are no finding', async () => {
    const one = await doctor();
    for (let i = 0; i < 20; i++) await refuse(one, `203.0.113.${i}`, 10);
    const {check} = await one.report();
    expect([check('usage/proxy-address').result, check('usage/one-key').result]).toEqual(['ok', 'ok']);
  });

  test('overrides that end soon, and such for limits that there are not', async () => {
    const one = await doctor();
    await one.cli.with(async (store) => {
      const now = await store.now();
      const put = (limit: string, expiresAt: number) =>
        store.put(
          'override',
          JSON.stringify([limit, 'x']),
          {effect: 'exempt', by: 'ada', why: 'x', at: now},
          {expiresAt},
        );
      await put('per-ip', now + DAY / 2);
      await put('gone', now + 7 * DAY);
    });
    const {check} = await one.report();
    expect(check('usage/overrides').findings).toMatchObject([{where: 'per-ip/x'}]);
    expect(check('usage/unknown-overrides').findings).toMatchObject([{where: 'gone/x'}]);
  });
});

describe('Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({args: ['--maxmemory-policy', 'allkeys-lru', '--maxmemory', '100mb']});
  }, 60_000);
  afterAll(() => server.stop());

  test('a server that evicts keys: exit 5, with what helps', async () => {
    const {run} = await doctor();
    const {code, out} = await run('--store', server.url);
    expect(code).toBe(5);
    expect(out).toContain('CONFIG SET maxmemory-policy noeviction');
    expect(out).not.toContain('sqlite/');
  });

  test('a server that hangs: exit 3, within the time that --timeout gives', async () => {
    const {run} = await doctor();
    server.signal('SIGSTOP');
    await expectInTime(2_500, () =>
      msOf(async () => expect((await run('--store', server.url, '--timeout', '500ms')).code).toBe(3)),
    );
    server.signal('SIGCONT');
  }, 60_000);
});
