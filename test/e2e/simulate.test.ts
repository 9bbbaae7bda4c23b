import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {folderWith, ndjson, policyOf, ratectl} from './command.ts';

const T = 1_700_000_000_000;
const TWO_PER_SECOND = policyOf('{name: per-key, key: "{key}", rate: 2/s, burst: 2}');
const BURST = ndjson([
  [T, 'a'],
  [T, 'a'],
  [T, 'a'],
  [T, 'b'],
  [T + 500, 'a'],
  [T + 500, 'a'],
]);

const report = (out: string): SimulateReport => (JSON.parse(out) as {data: SimulateReport}).data;

describe('ratectl simulate', {timeout: 60_000}, () => {
  it('answers in JSON with an envelope', async () => {
    const cwd = folderWith({'p.yaml': TWO_PER_SECOND, 't.ndjson': BURST});
    const {code, out, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--json'], {
      cwd,
      env: {SOURCE_DATE_EPOCH: '0'},
    });
    expect(err).toMatch(/^note: times in "ts" are taken as milliseconds since 1970/);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'ratectl.simulate/1',
      generatedAt: '1970-01-01T00:00:00.000Z',
      context: null,
      data: {
        trace: {
          files: ['t.ndjson'],
          format: 'ndjson',
          requests: 6,
          skipped: 0,
          keys: 2,
          start: '2023-11-14T22:13:20.000Z',
          end: '2023-11-14T22:13:20.500Z',
        },
        totals: {allowed: 4, denied: 2, deniedRate: 1 / 3},
        limits: [
          {
            name: 'per-key',
            requests: 6,
            allowed: 4,
            denied: 2,
            keys: 2,
            deniedKeys: 1,
            top: [{key: 'a', requests: 5, denied: 2}],
          },
        ],
        thresholds: [],
      },
      warnings: [expect.stringContaining('milliseconds')],
    });
  });

  it('writes one decision per request in input order', async () => {
    const cwd = folderWith({'p.yaml': TWO_PER_SECOND, 't.ndjson': BURST});
    await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--decisions', 'd.ndjson'], {cwd});
    expect(readFileSync(join(cwd, 'd.ndjson'), 'utf8').split('\n')).toEqual([
      `{"t":${T},"key":"a","cost":1,"allowed":true,"limit":"per-key","remaining":1,"retryAfterMs":0}`,
      `{"t":${T},"key":"a","cost":1,"allowed":true,"limit":"per-key","remaining":0,"retryAfterMs":0}`,
      `{"t":${T},"key":"a","cost":1,"allowed":false,"limit":"per-key","remaining":0,"retryAfterMs":500}`,
      `{"t":${T},"key":"b","cost":1,"allowed":true,"limit":"per-key","remaining":1,"retryAfterMs":0}`,
      `{"t":${T + 500},"key":"a","cost":1,"allowed":true,"limit":"per-key","remaining":0,"retryAfterMs":0}`,
      `{"t":${T + 500},"key":"a","cost":1,"allowed":false,"limit":"per-key","remaining":0,"retryAfterMs":500}`,
      '',
    ]);
  });

  it('says "never" where the cost can never fit, and null where no limit applies', async () => {
    const cwd = folderWith({
      'p.yaml': policyOf('{name: paid, key: "{key}", rate: 2/s, burst: 2, unless: {path: /health}}'),
      't.ndjson': `{"ts":${T},"key":"a","cost":3}\n{"ts":${T},"key":"a","path":"/health"}\n`,
    });
    await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--decisions', 'd.ndjson'], {cwd});
    expect(readFileSync(join(cwd, 'd.ndjson'), 'utf8')).toBe(
      `{"t":${T},"key":"a","cost":3,"allowed":false,"limit":"paid","remaining":2,"retryAfterMs":0,"never":true}\n` +
        `{"t":${T},"key":"a","cost":1,"allowed":true,"limit":null,"remaining":null,"retryAfterMs":0}\n`,
    );
  });

  it.each([
    ['gzip', gzipSync(BURST)],
    ['two gzip members', Buffer.concat([gzipSync(BURST.slice(0, 60)), gzipSync(BURST.slice(60))])],
    ['zstd', zstdCompressSync(BURST)],
    [
      'two zstd frames',
      Buffer.concat([zstdCompressSync(BURST.slice(0, 60)), zstdCompressSync(BURST.slice(60))]),
    ],
    ['CRLF', BURST.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${BURST}`],
    ['no line end at the end', BURST.trimEnd()],
  ])('reads %s', async (_, content) => {
    const cwd = folderWith({'p.yaml': TWO_PER_SECOND, trace: content});
    expect(
      report((await ratectl(['simulate', 'trace', '-p', 'p.yaml', '--json'], {cwd})).out).totals,
    ).toMatchObject({allowed: 4, denied: 2});
    expect(
      report((await ratectl(['simulate', '-', '-p', 'p.yaml', '--json'], {cwd, stdin: content})).out).totals,
    ).toMatchObject({allowed: 4, denied: 2});
  });

  it('merges several files by time, equal times in the order of the files', async () => {
    const cwd = folderWith({
      'p.yaml': policyOf('{name: one, key: all, algorithm: fixed-window, limit: 1, window: 1s}'),
      '1.ndjson': ndjson([
        [T, 'x'],
        [T + 1000, 'x'],
        [T + 2000, 'x'],
      ]),
      '2.ndjson': ndjson([
        [T, 'y'],
        [T + 999, 'y'],
        [T + 1999, 'y'],
      ]),
    });
    await ratectl(['simulate', '1.ndjson', '2.ndjson', '-p', 'p.yaml', '--decisions', 'd'], {cwd});
    const decisions = readFileSync(join(cwd, 'd'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as {t: number; key: string; allowed: boolean});
    expect(decisions.map(({t, key, allowed}) => [t - T, key, allowed])).toEqual([
      [0, 'x', true],
      [0, 'y', false],
      [999, 'y', false],
      [1000, 'x', true],
      [1999, 'y', false],
      [2000, 'x', true],
    ]);
  });

  it('decides requests that are out of order as they come, says so, and orders them with --sort', async () => {
    const cwd = folderWith({
      'p.yaml': policyOf('{name: one, key: all, algorithm: fixed-window, limit: 1, window: 1s}'),
      't.ndjson': ndjson([
        [T + 1000, 'b'],
        [T, 'a'],
        [T + 1000, 'c'],
      ]),
    });
    const asTheyCome = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--json'], {cwd});
    expect(report(asTheyCome.out)).toMatchObject({trace: {outOfOrder: 1}, totals: {allowed: 1, denied: 2}});
    expect(asTheyCome.err).toContain('1 request came earlier than one before');
    const sorted = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--sort', '--json'], {cwd});
    expect(report(sorted.out)).toMatchObject({trace: {outOfOrder: 0}, totals: {allowed: 2, denied: 1}});
  });

  it('names the layer that denied, charges none of the others, and counts a shadow without denying', async () => {
    const cwd = folderWith({
      'p.yaml': `version: 1
limits:
  - {name: per-ip, key: "{ip}", algorithm: fixed-window, limit: 3, window: 1m}
  - {name: trial, key: "{tenant}", algorithm: fixed-window, limit: 1, window: 1m, mode: shadow}
  - {name: per-tenant, key: "{tenant}", algorithm: fixed-window, limit: 2, window: 1d, align: calendar, tz: Europe/Berlin}
`,
      't.ndjson': ['x', 'x', 'x', 'y', 'y']
        .map((tenant) => `${JSON.stringify({ts: T, ip: '1.1.1.1', tenant})}\n`)
        .join(''),
    });
    const {out} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--decisions', 'd', '--json'], {
      cwd,
    });
    const layers = readFileSync(join(cwd, 'd'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as {allowed: boolean; limit: string; remaining: number})
      .map(({allowed, limit, remaining}) => [allowed, limit, remaining]);
    expect(layers).toEqual([
      [true, 'per-tenant', 1],
      [true, 'per-tenant', 0],
      [false, 'per-tenant', 0],
      [true, 'per-ip', 0],
      [false, 'per-ip', 0],
    ]);
    expect(
      report(out).limits.map(({name, mode, requests, denied}) => [name, mode, requests, denied]),
    ).toEqual([
      ['per-ip', 'enforce', 5, 1],
      ['trial', 'shadow', 4, 2],
      ['per-tenant', 'enforce', 4, 1],
    ]);
  });

  it('fails a CI step with exit 5, a summary, an annotation at the policy line and a JUnit report', async () => {
    const cwd = folderWith({'p.yaml': `${TWO_PER_SECOND}thresholds:\n  - denied == 0\n`, 't.ndjson': BURST});
    const {code, err} = await ratectl(
      [
        'simulate',
        't.ndjson',
        '-p',
        'p.yaml',
        '--ci',
        '--junit',
        'junit.xml',
        '--fail-if',
        'limit.per-key.denied > 50%',
      ],
      {
        cwd,
        env: {GITHUB_STEP_SUMMARY: join(cwd, 'summary.md')},
      },
    );
    expect(code).toBe(5);
    expect(err).toContain('::error file=p.yaml,line=5,');
    expect(readFileSync(join(cwd, 'summary.md'), 'utf8')).toContain('denied == 0');
    const junit = readFileSync(join(cwd, 'junit.xml'), 'utf8');
    expect(junit).toContain('tests="2"');
    expect(junit).toContain('failures="1"');
  });

  it('shows who flips between two policies, in both directions', async () => {
    const cwd = folderWith({
      'before.yaml': policyOf('{name: window, key: "{key}", algorithm: fixed-window, limit: 2, window: 1s}'),
      'after.yaml': policyOf('{name: bucket, key: "{key}", rate: 1/s, burst: 3}'),
      't.ndjson': ndjson([
        [T, 'a'],
        [T, 'a'],
        [T, 'a'],
        [T + 1000, 'a'],
        [T + 1000, 'a'],
      ]),
    });
    const {out} = await ratectl(
      ['simulate', 't.ndjson', '-p', 'after.yaml', '--against', 'before.yaml', '--json'],
      {cwd},
    );
    expect(report(out).diff).toEqual({
      against: 'before.yaml',
      before: {allowed: 4, denied: 1, deniedRate: 0.2},
      allowToDeny: 1,
      denyToAllow: 1,
      keys: [{key: 'a', requests: 5, allowToDeny: 1, denyToAllow: 1}],
    });
  });

  it('solves for the smallest rate and proves it with the value below', async () => {
    const cwd = folderWith({
      'p.yaml': policyOf('{name: per-key, key: "{key}", algorithm: fixed-window, limit: 50, window: 1s}'),
      't.ndjson': ndjson(Array.from({length: 37}, () => [T, 'a'] as const)),
    });
    const {out, code} = await ratectl(
      [
        'simulate',
        't.ndjson',
        '-p',
        'p.yaml',
        '--solve',
        'limit.per-key.limit',
        '--target',
        'denied < 10%',
        '--json',
      ],
      {cwd},
    );
    const {solve} = report(out);
    expect(code).toBe(0);
    expect(solve?.value).toBe(34);
    expect(solve?.tried).toContainEqual({value: 33, actual: 4 / 37, pass: false});
    expect(solve?.tried).toContainEqual({value: 34, actual: 3 / 37, pass: true});
  });

  it('gives the bounds that whole seconds leave open', async () => {
    const line = (second: number): string =>
      `1.2.3.4 - - [14/Nov/2023:22:14:0${second} +0000] "GET / HTTP/1.1" 200 1\n`;
    const cwd = folderWith({
      'p.yaml': policyOf('{name: per-ip, key: "{ip}", rate: 2/s, burst: 2}'),
      'a.log': [0, 0, 0, 0, 1].map(line).join(''),
    });
    const plain = await ratectl(['simulate', 'a.log', '-p', 'p.yaml', '--json'], {cwd});
    expect(plain.err).toContain('times are whole seconds');
    const {out} = await ratectl(['simulate', 'a.log', '-p', 'p.yaml', '--bounds', '--json'], {cwd});
    expect(report(out).bounds).toEqual({
      resolutionMs: 1000,
      best: {denied: 1, deniedRate: 0.2},
      worst: {denied: 3, deniedRate: 0.6},
    });
  });

  it('joins shards to the report of one run', async () => {
    const rows = Array.from({length: 3000}, (_, i) => [T + i * 7, `key-${(i * i) % 101}`] as const);
    const cwd = folderWith({
      'p.yaml': `${policyOf('{name: per-key, key: "{key}", rate: 1/s, burst: 2}')}thresholds: ["denied < 10%", "limit.per-key.deniedKeys == 0"]\n`,
      'q.yaml': TWO_PER_SECOND,
      't.ndjson': `${ndjson(rows)}not json\n`,
    });
    const env = {SOURCE_DATE_EPOCH: '0'};
    const base = ['simulate', 't.ndjson', '-p', 'p.yaml', '--against', 'q.yaml', '--json', '-q'];
    const whole = await ratectl(base, {cwd, env});
    const shards = [];
    for (const i of [1, 2, 3]) {
      const shard = await ratectl([...base, '--shard', `${i}/3`], {cwd, env});
      expect(shard.code).toBe(0);
      shards.push(shard.out);
    }
    const merging = folderWith(Object.fromEntries(shards.map((out, i) => [`${i}.json`, out])));
    const merged = await ratectl(['simulate', 'merge', '2.json', '0.json', '1.json', '--json'], {
      cwd: merging,
      env,
    });
    expect(report(merged.out)).toEqual(report(whole.out));
    expect([merged.code, whole.code]).toEqual([5, 5]);
    const missing = await ratectl(['simulate', 'merge', '2.json', '0.json'], {cwd: merging, env});
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('shard 2/3 is missing');
  });

  it('refuses to shard a policy whose limits share no key', async () => {
    const cwd = folderWith({
      'p.yaml': `${policyOf('{name: a, key: "{ip}", rate: 1/s}')}  - {name: b, key: "{tenant}", rate: 1/s}\n`,
      't.ndjson': BURST,
    });
    const {code, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--shard', '1/2'], {cwd});
    expect(code).toBe(2);
    expect(err).toContain('the limits have no key attribute in common (a by {ip}; b by {tenant})');
  });

  it('prints the same bytes whatever the time zone, the locale and the number of workers', async () => {
    const cwd = folderWith({'p.yaml': TWO_PER_SECOND, 't.ndjson': BURST});
    const args = ['simulate', 't.ndjson', '-p', 'p.yaml'];
    const plain = await ratectl(args, {cwd});
    const elsewhere = await ratectl([...args, '--workers', '3'], {
      cwd,
      env: {TZ: 'Asia/Kolkata', LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8'},
    });
    expect(elsewhere.out).toBe(plain.out);
  });
});

describe('bad input to ratectl simulate', {timeout: 60_000}, () => {
  const policy = {'p.yaml': TWO_PER_SECOND};

  it.each([
    [
      'a trace that is not there',
      ['simulate', 'none.log', '-p', 'p.yaml'],
      2,
      'cannot read "none.log": no such file',
    ],
    ['a folder', ['simulate', '.', '-p', 'p.yaml'], 2, 'cannot read ".": it is a folder'],
    ['a policy that is not there', ['simulate', 't', '-p', 'none.yaml'], 2, 'none.yaml'],
    [
      'a wrong format name',
      ['simulate', 't', '-p', 'p.yaml', '--format', 'ndjsn'],
      2,
      '(did you mean "ndjson"?)',
    ],
    ['an unknown flag', ['simulate', 't', '-p', 'p.yaml', '--fial-if', 'x'], 2, '--fial-if'],
    [
      '--solve without --target',
      ['simulate', 't', '-p', 'p.yaml', '--solve', 'limit.per-key.rate'],
      2,
      '--solve and --target go together',
    ],
    ['a bad shard', ['simulate', 't', '-p', 'p.yaml', '--shard', '3/2'], 2, '--shard: expected i/n'],
    [
      'a decisions file in no folder',
      ['simulate', 't', '-p', 'p.yaml', '--decisions', 'no/where'],
      2,
      'cannot write',
    ],
    [
      'a full disk',
      ['simulate', 't', '-p', 'p.yaml', '--decisions', '/dev/full'],
      2,
      'no space left on the device',
    ],
  ])('%s: exit code and message', async (_, args, code, message) => {
    const cwd = folderWith({...policy, t: BURST});
    const ended = await ratectl(args, {cwd});
    expect(ended.err).toContain(message);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe('');
    expect(readdirSync(cwd).sort()).toEqual(['p.yaml', 't']);
  });

  it('counts bad lines, shows the first ten with their place, and decides the good ones', async () => {
    const bad = Array.from({length: 12}, () => 'nonsense\n').join('');
    const cwd = folderWith({
      ...policy,
      't.ndjson': `${ndjson([[T, 'a']])}\n${bad}${ndjson([
        [T, 'a'],
        [T, 'a'],
      ])}`,
    });
    const {code, out, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--json'], {cwd});
    expect(code).toBe(0);
    expect(report(out).trace.skipped).toBe(12);
    expect(report(out).totals).toMatchObject({allowed: 2, denied: 1});
    expect(err.match(/^t\.ndjson:\d+/gm)).toEqual(Array.from({length: 10}, (_, i) => `t.ndjson:${i + 3}`));
    expect(err).toContain('12 bad lines were left out');
  });

  it('stops at the first bad line with --strict, and leaves nothing behind', async () => {
    const cwd = folderWith({...policy, 't.ndjson': `${BURST}nonsense\n`});
    const {code, out, err} = await ratectl(
      ['simulate', 't.ndjson', '-p', 'p.yaml', '--strict', '--decisions', 'd'],
      {cwd},
    );
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('t.ndjson:7:');
    expect(readdirSync(cwd).sort()).toEqual(['p.yaml', 't.ndjson']);
  });

  it('skips a line longer than 1 MiB and goes on', async () => {
    const cwd = folderWith({
      ...policy,
      't.ndjson': `${ndjson([[T, 'a']])}{"ts":${T},"key":"${'x'.repeat(9 << 20)}"}\n${ndjson([[T, 'a']])}`,
    });
    const {code, out, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--json'], {cwd});
    expect(code).toBe(0);
    expect(report(out).trace).toMatchObject({requests: 2, skipped: 1});
    expect(err).toContain('t.ndjson:2: the line is longer than 1 MiB');
  });

  it('skips a last line longer than 1 MiB that has no line end, and a value longer than 64 KiB', async () => {
    const good = ndjson([[T, 'a']]);
    const cwd = folderWith({
      ...policy,
      't.ndjson': `${good}{"ts":${T},"key":"${'x'.repeat(70_000)}"}\n${'{"a":'.repeat(1_000_000)}`,
    });
    const {code, out, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--json'], {cwd});
    expect(code).toBe(0);
    expect(report(out).trace).toMatchObject({requests: 1, skipped: 2, keys: 1});
    expect(err).toContain('t.ndjson:2: a value is longer than 64 KiB');
    expect(err).toContain('t.ndjson:3: the line is longer than 1 MiB');
  });

  it('refuses a trace of which not one line can be read: a check over nothing would always pass', async () => {
    const cwd = folderWith({...policy, 't.ndjson': '{"key":"a"}\n{"key":"b"}\n'});
    const {code, out, err} = await ratectl(['simulate', 't.ndjson', '-p', 'p.yaml', '--decisions', 'd'], {
      cwd,
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('t.ndjson:1: no line could be read as a request; the first one: no time');
    expect(readdirSync(cwd).sort()).toEqual(['p.yaml', 't.ndjson']);
  });

  it.each([
    ['cut off', gzipSync(BURST).subarray(0, -12), 'ends in the middle'],
    [
      'with a wrong checksum',
      Buffer.concat([gzipSync(BURST).subarray(0, -8), Buffer.alloc(8, 7)]),
      'damaged',
    ],
  ])('ends with file and line when gzip data is %s', async (_, content, message) => {
    const cwd = folderWith({...policy, 't.gz': content});
    const {code, out, err} = await ratectl(['simulate', 't.gz', '-p', 'p.yaml', '--decisions', 'd'], {cwd});
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^ratectl: t\.gz:\d+: /);
    expect(err).toContain(message);
    expect(readdirSync(cwd).sort()).toEqual(['p.yaml', 't.gz']);
  });

  it('refuses gzip data with something else behind it, and says so when it is padded with zeros', async () => {
    const cwd = folderWith({
      ...policy,
      't.gz': Buffer.concat([gzipSync(BURST), Buffer.from('garbage')]),
      'padded.gz': Buffer.concat([gzipSync(BURST), Buffer.alloc(512)]),
    });
    const {code, err} = await ratectl(['simulate', 't.gz', '-p', 'p.yaml', '--json'], {cwd});
    expect([code, err]).toEqual([2, expect.stringContaining('t.gz:1: the gzip data is damaged')]);
    const padded = await ratectl(['simulate', 'padded.gz', '-p', 'p.yaml', '--json'], {cwd});
    expect(padded.code).toBe(0);
    expect(report(padded.out).totals).toMatchObject({allowed: 4, denied: 2});
    expect(padded.err).toContain('padded.gz:7: 512 bytes after the end of the gzip data were ignored');
  });

  it('shows control characters of keys escaped, in every form', async () => {
    const evil = '\u001b[31mred\u0007\u202egnp.exe\u009b';
    const cwd = folderWith({
      ...policy,
      't.ndjson': ndjson([
        [T, evil],
        [T, evil],
        [T, evil],
      ]),
    });
    for (const form of ['table', 'wide', 'json', 'jsonl', 'csv', 'md']) {
      const {out, err} = await ratectl(
        ['simulate', 't.ndjson', '-p', 'p.yaml', '-o', form, '--decisions', 'd'],
        {cwd},
      );
      expect(out + err + readFileSync(join(cwd, 'd'), 'utf8')).not.toMatch(
        /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/,
      );
    }
  });
});
