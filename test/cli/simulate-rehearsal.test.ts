import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {runProgram} from '../../src/cli/program.ts';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {testContext} from './test-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-rehearsal-'));
afterAll(() => rmSync(folder, {recursive: true}));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

const T = 1_767_571_200_000;
const LINES = (count: number, of: (i: number) => object): string =>
  Array.from({length: count}, (_, i) => `${JSON.stringify(of(i))}\n`).join('');

const TRACE = file(
  'trace.ndjson',
  LINES(300, (i) => ({
    ts_ms: T + 10 * i,
    key: `k${i % 3}`,
    path: i % 2 === 0 ? '/pay' : '/',
    duration_ms: 40,
  })),
);
const PLAIN = file(
  'plain.yaml',
  'version: 1\nlimits: [{ name: per-key, key: "{key}", rate: 20/s, burst: 20 }]\n',
);
const POOL = file('pool.yaml', 'version: 1\nconcurrency:\n  api: { max: 2, queue: 3, wait: 50ms }\n');
const MIXED = file(
  'mixed.yaml',
  'version: 1\nlimits: [{ name: per-key, key: "{key}", rate: 20/s, burst: 20 }]\nconcurrency:\n  api: { max: 2, queue: 3, wait: 50ms }\n',
);

const run = async (...argv: readonly string[]) => {
  const context = {...testContext({SOURCE_DATE_EPOCH: '1767614400'}), cwd: folder};
  try {
    await runProgram(argv, context);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {exit: error.exit, out: context.written.out, err: `${error.message}; ${error.hint}`};
  }
  return {exit: context.exitCode, out: context.written.out, err: context.written.err};
};

const rehearse = async (...flags: readonly string[]): Promise<SimulateReport> => {
  const {exit, out, err} = await run('simulate', TRACE, ...flags, '--json');
  expect([exit, err.includes('error')]).toEqual([0, false]);
  return (JSON.parse(out) as {data: SimulateReport}).data;
};

describe('a run is a rehearsal', {timeout: 60_000}, () => {
  test('when the policy has a pool', async () => {
    const {rehearsal, totals} = await rehearse('-p', POOL);
    expect(rehearsal!.server).toEqual({capacity: null, serviceTime: 'trace', deadlineMs: null, seed: 1});
    expect(rehearsal!.protected.good).toBe(totals.allowed);
    expect(rehearsal!.unprotected!.good).toBe(300);
  });

  test.each([
    ['breakers: { b: { when: { path: /pay }, failures: 5, recovery: 1s } }', true],
    ['breakers: { b: { failures: 5, recovery: 1s } }', false],
    ['priorities: { first: { path: /pay }, rest: {} }', false],
    ['degradation: { signals: { responseTime: 1s }, every: 1s }', true],
  ])('when the policy has %s: %s', async (section, expected) => {
    const policy = file('section.yaml', `${readFileSync(join(folder, PLAIN), 'utf8')}${section}\n`);
    expect((await rehearse('-p', policy)).rehearsal !== undefined).toBe(expected);
  });

  test.each([
    ['--capacity', '5'],
    ['--service-time', '5ms'],
    ['--deadline', '1s'],
    ['--seed', '3'],
  ])('with %s, whatever the policy', async (...flag) => {
    expect((await rehearse('-p', PLAIN, ...flag)).rehearsal).toBeDefined();
  });

  test('rate limits decide in it as in a replay', async () => {
    const replay = await rehearse('-p', PLAIN);
    const rehearsed = await rehearse('-p', PLAIN, '--seed', '1');
    const {rehearsal, ...rest} = rehearsed;
    expect(rest).toEqual(replay);
    expect(rehearsal!.protected.refused.limit).toBe(replay.totals.denied);
  });
});

describe('the same input gives the same bytes', {timeout: 60_000}, () => {
  const flags = [
    '-p',
    POOL,
    '--capacity',
    '3',
    '--service-time',
    'lognormal(20ms,300ms)',
    '--deadline',
    '1s',
  ];

  test('twice, and for any number of threads', async () => {
    const {out} = await run('simulate', TRACE, ...flags, '--json');
    expect((await run('simulate', TRACE, ...flags, '--json')).out).toBe(out);
    expect((await run('simulate', TRACE, ...flags, '--json', '--workers', '0')).out).toBe(out);
    expect((await run('simulate', TRACE, ...flags, '--json', '--seed', '1')).out).toBe(out);
    expect((await run('simulate', TRACE, ...flags, '--json', '--seed', '2')).out).not.toBe(out);
  });

  test('whatever the order of the lines', async () => {
    const lines = readFileSync(join(folder, TRACE), 'utf8').trimEnd().split('\n');
    const shuffled = file('shuffled.ndjson', `${[...lines.slice(150), ...lines.slice(0, 150)].join('\n')}\n`);
    const [inOrder, outOfOrder] = await Promise.all(
      [TRACE, shuffled].map(async (trace) => {
        const {out, err} = await run('simulate', trace, ...flags, '--json');
        expect(err).not.toContain('earlier');
        return (JSON.parse(out) as {data: SimulateReport}).data;
      }),
    );
    expect(outOfOrder!.rehearsal).toEqual(inOrder!.rehearsal);
    expect(outOfOrder!.trace.outOfOrder).toBe(150);
  });
});

describe('--decisions', {timeout: 60_000}, () => {
  test('has a line for each request in its order, in the usual form, and names who refused', async () => {
    await rehearse('-p', MIXED, '--capacity', '2', '--decisions', join(folder, 'decisions.ndjson'));
    const lines = readFileSync(join(folder, 'decisions.ndjson'), 'utf8').trimEnd().split('\n');
    const decisions = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(decisions.map(({t}) => t)).toEqual(Array.from({length: 300}, (_, i) => T + 10 * i));
    const {totals} = await rehearse('-p', MIXED, '--capacity', '2');
    expect(decisions.filter(({allowed}) => allowed === true).length).toBe(totals.allowed);
    expect(new Set(decisions.filter(({allowed}) => allowed === false).map(({limit}) => limit))).toEqual(
      new Set(['per-key', 'api']),
    );
    expect(new Set(decisions.map((one) => Object.keys(one).join()))).toEqual(
      new Set(['t,key,cost,allowed,limit,remaining,retryAfterMs']),
    );
  });

  test('is what "report" reads', async () => {
    await rehearse('-p', MIXED, '--decisions', join(folder, 'lines.ndjson'));
    const {exit, out} = await run('report', join(folder, 'lines.ndjson'), '--json');
    expect(exit).toBe(0);
    expect(out).toContain('"api"');
  });
});

describe('what goes with a rehearsal', {timeout: 60_000}, () => {
  test('--against takes the place of no protection', async () => {
    const {rehearsal, diff} = await rehearse('-p', POOL, '--against', PLAIN);
    expect(rehearsal!.unprotected).toBeUndefined();
    expect(rehearsal!.against!.refused.queueFull).toBe(0);
    expect(diff!.against).toMatch(/plain\.yaml$/);
  });

  test('--solve rehearses each value it tries', async () => {
    const {exit, out} = await run(
      ...['simulate', TRACE, '-p', PLAIN, '--capacity', '2', '--deadline', '200ms', '--json'],
      ...['--solve', 'limit.per-key.rate', '--target', 'rehearsal.refused < 50%'],
    );
    const {solve} = (JSON.parse(out) as {data: SimulateReport}).data;
    expect([exit, solve!.value! > 1]).toEqual([0, true]);
  });

  test('thresholds of its own decide the exit code', async () => {
    const flags = ['-p', POOL, '--fail-if', 'rehearsal.good < 100%', '--fail-if', 'latency.p99 > 5s'];
    const {exit, out} = await run('simulate', TRACE, ...flags);
    expect(exit).toBe(5);
    expect(out).toMatch(/FAIL {2}fail if rehearsal\.good < 100%/);
    expect(out).toMatch(/pass {2}fail if latency\.p99 > 5s/);
  });

  test('all forms of output show it', async () => {
    for (const [form, sign] of [
      ['table', 'UNPROTECTED'],
      ['wide', 'UNPROTECTED'],
      ['md', '### Rehearsal'],
      ['jsonl', '"type":"rehearsal"'],
      ['csv', 'limit,mode'],
    ] as const)
      expect((await run('simulate', TRACE, '-p', POOL, '-o', form)).out).toContain(sign);
  });
});

describe('what does not go with it is refused before anything is read', {timeout: 60_000}, () => {
  test.each([
    [['--capacity', '0'], '--capacity: expected a whole number'],
    [['--capacity', 'x'], '--capacity: expected a whole number'],
    [['--service-time', 'soon'], '--service-time: expected a time'],
    [['--service-time', 'uniform(1ms,2ms)'], 'there are exp and lognormal'],
    [['--deadline', 'never'], '--deadline: expected a time'],
    [['--seed', '1.5'], '--seed: expected a whole number'],
    [['--capacity', '2', '--shard', '1/2'], '--shard does not go with a rehearsal'],
    [['--capacity', '2', '--bounds'], '--bounds does not go with a rehearsal'],
    [['-p', POOL, '--shard', '1/2'], '--shard does not go with a rehearsal'],
    [['-p', POOL, '--bounds'], '--bounds does not go with a rehearsal'],
    [['--against', POOL, '--bounds'], '--bounds does not go with a rehearsal'],
    [['--fail-if', 'goodput < 3'], 'only a rehearsal measures it, and this run is none'],
    [['--solve', 'limit.per-key.rate', '--target', 'rehearsal.good > 90%'], 'only a rehearsal measures it'],
  ])('%j', async (flags, message) => {
    const {exit, err, out} = await run('simulate', 'no-such-trace', '-p', PLAIN, ...flags);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('a report of a rehearsal is no shard', async () => {
    const report = file('report.json', (await run('simulate', TRACE, '-p', POOL, '--json')).out);
    expect((await run('simulate', 'merge', join(folder, report))).err).toContain(
      'it is the report of a whole run',
    );
  });
});

describe('notes say what the numbers leave open', {timeout: 60_000}, () => {
  const notes = async (trace: string, ...flags: readonly string[]): Promise<string> =>
    (await run('simulate', trace, ...flags)).err;

  test('requests of which the trace does not say how long they took', async () => {
    const untimed = file(
      'untimed.ndjson',
      LINES(20, (i) => ({ts_ms: T + i, key: 'a', ...(i < 5 ? {duration_ms: 3} : {})})),
    );
    expect(await notes(untimed, '-p', POOL)).toContain('the trace does not say how long 15 requests took');
    expect(await notes(untimed, '-p', POOL, '--service-time', '5ms')).not.toContain('how long');
  });

  test('whole seconds', async () => {
    const whole = file(
      'whole.ndjson',
      LINES(20, (i) => ({ts_ms: T + 1_000 * Math.floor(i / 10), key: 'a', duration_ms: 3})),
    );
    expect(await notes(whole, '-p', POOL)).toContain('all of a second come at its start');
    expect(await notes(whole, '-p', POOL)).not.toContain('--bounds');
  });

  test('signals that a rehearsal cannot measure', async () => {
    const policy = file(
      'signals.yaml',
      `${readFileSync(join(folder, PLAIN), 'utf8')}adaptive:\n  a: { limits: [per-key], controller: aimd, every: 1s, signals: { cpu: 80%, memory: 80% } }\n`,
    );
    const text = await notes(TRACE, '-p', policy);
    expect(text).toContain('signals of memory and event loop are left out');
    expect(text).toContain('without --capacity the server is never busy');
    expect(await notes(TRACE, '-p', policy, '--capacity', '3')).not.toContain('never busy');
  });
});
