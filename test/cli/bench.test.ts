import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import pg from 'pg';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import type {BenchReport} from '../../src/view/model/bench-report.ts';
import {ConfigFolder} from '../config/config-folder.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {contextIn, ratectl} from './config-cli.ts';

const SHORT = ['bench', '--duration', '600ms', '--warmup', '100ms'];
const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/json/bench.schema.json'), 'utf8'),
);

const cli = (config = '') => {
  const folder = new ConfigFolder();
  if (config !== '') folder.user(config);
  const context = (columns = 80) => contextIn(folder.cwd, {HOME: folder.home}, {columns});
  return {
    folder: folder.cwd,
    context,
    run: (...argv: readonly string[]) => ratectl(context(), ...SHORT, ...argv),
  };
};
const reportOf = (text: string): BenchReport => (JSON.parse(text) as {data: BenchReport}).data;

/** Keys of a Redis that a benchmark could have left. */
const leftIn = async (url: string): Promise<readonly string[]> => {
  const client = new Redis(url);
  try {
    return await client.keys('ratectl-bench:*');
  } finally {
    client.disconnect();
  }
};

/** A run that the machine itself held up says nothing about the store: it is made again. */
const MEASURES = {timeout: 120_000, retry: 2};

describe('ratectl bench', MEASURES, () => {
  test('measures stores side by side, and answers as its schema describes', async () => {
    const {run, folder} = cli();
    const stores = ['memory:', 'sqlite:state.db', inject('redisUrl'), inject('databaseUrl')];
    const {exit, out, err} = await run(
      ...stores.flatMap((url) => ['--store', url]),
      ...['--rate', '200', '--keys', '50', '--distribution', 'zipf', '--json'],
    );
    expect(exit).toBe(0);
    expect(schemaErrors(SCHEMA, JSON.parse(out))).toEqual([]);
    const report = reportOf(out);
    expect(report.stores.map(({name}) => name)).toEqual(['memory', 'sqlite', 'redis', 'postgres']);
    for (const {total, runs, histogram} of report.stores) {
      expect(total).toMatchObject({decisions: 120, allowed: 120, denied: 0, withoutStore: 0, unsent: 0});
      expect(total!.response!.count).toBe(120);
      expect(total!.response!.maxUs).toBeGreaterThanOrEqual(total!.service.p50Us);
      expect(runs).toHaveLength(1);
      expect(histogram.reduce((sum, {count}) => sum + count, 0)).toBe(120);
    }
    expect(report.stores.map(({total}) => total!.serverCpu === null)).toEqual([true, true, false, true]);
    expect(err).toMatch(
      /note: redis:.*: writes keys under "ratectl-bench:[0-9a-f]{12}:", removed at the end/,
    );
    expect(err).toMatch(/note: postgres:.*: writes the schema ratectl_bench_/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves nothing behind, and what was there as it was', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    await client.mset('rl:bench:t:{bench-1}', 'mine', 'ratectl-benchmark', 'yours');
    const {exit} = await cli().run(
      '--store',
      server.url,
      '--processes',
      '2',
      '--connections',
      '8',
      '--quiet',
    );
    expect(exit).toBe(0);
    expect((await client.keys('*')).sort()).toEqual(['ratectl-benchmark', 'rl:bench:t:{bench-1}']);
    expect(await client.mget('rl:bench:t:{bench-1}', 'ratectl-benchmark')).toEqual(['mine', 'yours']);
  });

  test('warns of a store whose limits applications ask, and measures it', async () => {
    const {run, folder} = cli();
    const path = join(folder, 'live.db');
    expect((await run('--store', `sqlite:${path}`, '--rate', '100')).err).not.toContain('warning');
    const store = await openStore({kind: 'sqlite', path}, {access: 'write'});
    await store.record({limits: [{limit: 'api', allowed: 40, denied: 2, shadowDenied: 0}], keys: []});
    await store.close();
    const {exit, err} = await run('--store', `sqlite:${path}`, '--rate', '100');
    expect(exit).toBe(0);
    expect(err).toMatch(
      /warning: sqlite:.*live\.db: applications asked limits there 42 times in the last 10 min/,
    );
  });

  test('leaves no schema behind', async () => {
    const client = new pg.Client({connectionString: inject('databaseUrl')});
    await client.connect();
    onTestFinished(() => client.end());
    const schemas = async (): Promise<number> =>
      (await client.query("select 1 from pg_namespace where nspname like 'ratectl\\_bench\\_%'")).rowCount ??
      0;
    const before = await schemas();
    expect((await cli().run('--store', inject('databaseUrl'), '--quiet')).exit).toBe(0);
    expect(await schemas()).toBe(before);
  });

  test('a closed loop says that it hides waiting', async () => {
    const {out} = await cli().run('--store', 'memory:', '--connections', '3');
    expect(out).toMatch(/closed loop, 3 callers/);
    expect(out).toMatch(/a closed loop hides waiting/);
    expect(out).not.toMatch(/response/);
  });

  test('several processes share the load', async () => {
    const {out} = await cli().run(
      '--store',
      inject('redisUrl'),
      '--processes',
      '3',
      '--rate',
      '300',
      '--json',
    );
    expect(reportOf(out).stores[0]!.total).toMatchObject({decisions: 180, withoutStore: 0});
  });

  test('judges the accuracy of several processes on one key', async () => {
    const {out} = await cli().run('--store', inject('redisUrl'), '--accuracy', '--json');
    const {accuracy} = reportOf(out).stores[0]!;
    expect(accuracy).toMatchObject({
      processes: 4,
      ratePerSecond: 1_000,
      burst: 100,
      falsePositives: 0,
      falseNegatives: 0,
    });
    expect(accuracy!.admitted).toBe(accuracy!.budget);
    expect(reportOf(out).targets.map(({name}) => name)).toEqual([
      'overhead-p50',
      'accuracy',
      'false-positives',
    ]);
  });

  test('a sweep tells which rates held', async () => {
    const {out} = await cli().run(
      '--store',
      'memory:',
      '--sweep',
      '--p99',
      '1s',
      '--rate',
      '2500000',
      '--json',
      '--duration',
      '100ms',
    );
    const {sweep} = reportOf(out).stores[0]!;
    expect(sweep!.steps[0]).toMatchObject({ratePerSecond: 2_500_000});
    expect(['store', 'client', 'nothing']).toContain(sweep!.limitedBy);
  });

  test('limits of a policy are measured, refusals too', async () => {
    const {run, folder} = cli();
    writeFileSync(
      join(folder, 'p.yaml'),
      'version: 1\nlimits:\n  - {name: one, key: "{tenant}", rate: 1/h, when: {plan: free}}\n',
    );
    const {out} = await run(
      '--store',
      'memory:',
      '--policy',
      'p.yaml',
      '--attribute',
      'plan=free',
      '--keys',
      '2',
      '--rate',
      '100',
      '--json',
    );
    const {total} = reportOf(out).stores[0]!;
    expect(total).toMatchObject({denied: 60, remembered: 60});
    const none = await run('--store', 'memory:', '--policy', 'p.yaml');
    expect(none.exit).toBe(2);
    expect(none.err).toMatch(/no limit of p\.yaml applies to the requests[\s\S]*--attribute NAME=VALUE/);
  });

  test.each([
    ['-o csv', ['-o', 'csv'], /^store,run,started_at,.*\r\nmemory,1,/],
    ['-o md', ['-o', 'md'], /^# Benchmark of stores\n[\s\S]*\| memory \|/],
    ['-o html', ['-o', 'html'], /^<!doctype html>[\s\S]*Content-Security-Policy/],
  ])('prints %s', async (_, flags, expected) => {
    const {exit, out} = await cli().run('--store', 'memory:', ...flags);
    expect([exit, out]).toEqual([0, expect.stringMatching(expected)]);
  });

  test('writes to a file in the format of its name', async () => {
    const {run, folder} = cli();
    const {out} = await run('--store', 'memory:', '--out', 'bench.html');
    expect(out).toBe('');
    expect(readFileSync(join(folder, 'bench.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });
});

describe('results', MEASURES, () => {
  test('are saved after every run, so that what fails later loses nothing', async () => {
    const {run, folder} = cli();
    const {exit, out, err} = await run(
      ...['--store', 'memory:', '--store', 'redis://127.0.0.1:1', '--rate', '100', '--save', 'r.json'],
    );
    expect(exit).toBe(3);
    expect(err).toMatch(/connection refused/);
    expect(out).toMatch(/^memory: \d+ decisions\/s/);
    const saved = readFileSync(join(folder, 'r.json'), 'utf8');
    expect(schemaErrors(SCHEMA, JSON.parse(saved))).toEqual([]);
    expect(reportOf(saved).stores.map(({name}) => name)).toEqual(['memory']);
  });

  /** An earlier result with figures of its own: so many times the 200 decisions a second that are asked for. */
  const earlier = async (
    folder: string,
    run: ReturnType<typeof cli>['run'],
    faster: number,
  ): Promise<void> => {
    await run('--store', 'memory:', '--rate', '200', '--runs', '2', '--save', 'before.json');
    const path = join(folder, 'before.json');
    const saved = JSON.parse(readFileSync(path, 'utf8'));
    for (const one of saved.data.stores[0].runs) one.decisionsPerSecond = 200 * faster;
    for (const one of saved.data.stores[0].runs)
      for (const name of ['p50Us', 'p99Us', 'p999Us']) one.response[name] = 60_000_000;
    writeFileSync(path, JSON.stringify(saved));
  };

  test('beside one of another load: exit 2, before anything is measured', async () => {
    const {run} = cli();
    await run('--store', 'memory:', '--save', 'before.json');
    for (const more of [['--rate', '200'], ['--connections', '7'], ['--sweep']]) {
      const {exit, err} = await run('--store', 'memory:', '--compare', 'before.json', ...more);
      expect(exit).toBe(2);
      expect(err).toMatch(/cannot be compared: a closed loop of 50 callers before, .* now/);
    }
  });

  test('beside a better one: exit 5, and what became worse', async () => {
    const {run, folder} = cli();
    await earlier(folder, run, 2);
    const flags = ['--store', 'memory:', '--rate', '200', '--runs', '2', '--compare', 'before.json'];
    const {exit, out} = await run(...flags);
    expect(exit).toBe(5);
    expect(out).toMatch(/memory +decisions\/s +\d+ +\d+ +-[4-9]\d(?:\.\d)?% +\S+ +WORSE/);
  });

  test('beside a worse one, or within what is allowed: exit 0', async () => {
    const {run, folder} = cli();
    await earlier(folder, run, 0.1);
    expect((await run('--store', 'memory:', '--rate', '200', '--compare', 'before.json')).exit).toBe(0);
    await earlier(folder, run, 2);
    const flags = [
      '--store',
      'memory:',
      '--rate',
      '200',
      '--compare',
      'before.json',
      '--max-regression',
      '95%',
    ];
    expect((await run(...flags)).exit).toBe(0);
  });

  test('an interrupted run tells what it has, removes its keys and ends with 130', async () => {
    const {context} = cli();
    const own = context();
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const flags = ['--store', server.url, '--rate', '500', '--processes', '2', '--json'];
    const running = ratectl(own, 'bench', '--duration', '60s', '--warmup', '0s', ...flags);
    while ((await leftIn(server.url)).length < 100) await sleep(20);
    own.onSignal!(130);
    const {exit, out} = await running;
    expect(exit).toBe(130);
    expect(reportOf(out)).toMatchObject({interrupted: true});
    expect(reportOf(out).stores[0]!.total!.decisions).toBeGreaterThan(0);
    expect(await leftIn(server.url)).toEqual([]);
  });
});

describe('what a benchmark refuses', {timeout: 60_000}, () => {
  const CONTEXTS = `context: live
contexts:
  live: {store: "redis://cache:6379", production: true}
  here: {store: "redis://127.0.0.1:6390", production: true}
  looking: {store: "sqlite:/nowhere/state.db", readOnly: true}
`;

  test.each([
    ['the production context', [], /context "live" is production.*take it to its limit/],
    ['a read-only context', ['--context', 'looking'], /context "looking" is read-only/],
    [
      'the server of a production context',
      ['--store', 'redis://cache:6379/3'],
      /server of the production context "live"/,
    ],
    [
      'the same machine by another of its names',
      ['--store', 'redis://localhost:6390'],
      /server of the production context "here"/,
    ],
  ])('%s: exit 4', async (_, flags, message) => {
    const {exit, err, out} = await cli(CONTEXTS).run(...flags);
    expect([exit, out]).toEqual([4, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/hint: name a store that nobody needs/);
  });

  test('the context that is neither is used', async () => {
    const {run, folder} = cli('context: dev\ncontexts:\n  dev: {store: "sqlite:/tmp/unused/../x.db"}\n');
    mkdirSync(join(folder, '.ratectl'), {recursive: true});
    writeFileSync(
      join(folder, '.ratectl', 'config.yaml'),
      'context: here\ncontexts:\n  here: {store: "sqlite:here.db"}\n',
    );
    const {exit, out} = await run('--json');
    expect(exit).toBe(0);
    expect((JSON.parse(out) as {context: string}).context).toBe('here');
    expect(reportOf(out).stores[0]!.url).toMatch(/here\.db$/);
  });

  test.each([
    [['--arrivals', 'poisson'], /--arrivals without --rate/],
    [['--p99', '5ms'], /--p99 without --sweep/],
    [['--sweep', '--runs', '2'], /a sweep is many runs already/],
    [['--connections', '2', '--processes', '3'], /2 callers cannot be shared by 3 processes/],
    [['--max-regression', '5%'], /nothing to compare with/],
    [['--compare', 'nowhere.json'], /there is no file "nowhere\.json"/],
    [['--attribute', 'plan'], /expected NAME=VALUE, got "plan"/],
    [['--attribute', 'a=1', '--attribute', 'a=2'], /a is given twice/],
    [['--duration', '5x'], /expected a duration from 100ms to 1d/],
    [['--rate', '0'], /expected a whole number from 1 to 5000000/],
    [['--max-regression', '5', '--compare', 'x'], /expected a share from 0% to 1000%/],
    [['--policy', 'nowhere.yaml'], /cannot read policy/],
    [['--password-stdin', '--store', 'redis://h'], /--password-stdin with 2 stores/],
    [['--save', 'x.json', '--out', 'x.json'], /one would destroy the other/],
  ])('%j: exit 2', async (flags, message) => {
    const {exit, err} = await cli().run('--store', 'memory:', ...flags);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  test.each([
    ['what is no result', '{"schema": "ratectl.report/1"}', /not of schema "ratectl\.bench\/1"/],
    ['what is no JSON', 'nonsense', /it is no JSON/],
    [
      'half a result',
      '{"schema": "ratectl.bench/1", "data": {"stores": [{}]}}',
      /missing or of another form/,
    ],
    [
      'other stores',
      '{"schema": "ratectl.bench/1", "data": {"settings": {"loop": "closed", "limits": []}, "machine": {"cpus": 1}, "stores": []}}',
      /nothing to compare: "r\.json" has no stores, and this measures memory/,
    ],
  ])('to compare with %s: exit 2', async (_, text, message) => {
    const {run, folder} = cli();
    writeFileSync(join(folder, 'r.json'), text);
    const {exit, err} = await run('--store', 'memory:', '--compare', 'r.json');
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  test('a store that cannot be reached: exit 3', async () => {
    const {exit, err, out} = await cli().run('--store', 'redis://127.0.0.1:1');
    expect([exit, out]).toEqual([3, '']);
    expect(err).toMatch(/cannot reach the store: connection refused/);
  });
});

describe('a login that may look and not check', () => {
  test('ends with 3 before anything is measured, and nothing is left', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const admin = new Redis(redis.url);
    await admin.call(
      'ACL',
      'SETUSER',
      'looker',
      'on',
      'nopass',
      '~*',
      '&*',
      '+@read',
      '+@connection',
      '+info',
    );
    const {run} = cli();
    const url = redis.url.replace('redis://', 'redis://looker:x@');
    const {exit, out, err} = await run('--store', url, '--rate', '50');
    expect([exit, out]).toEqual([3, '']);
    expect(err).toMatch(/evalsha|script/i);
    expect(await admin.keys('*')).toEqual([]);
    admin.disconnect();
  });
});
