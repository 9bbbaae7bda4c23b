import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {beforeEach, describe, expect, test} from 'vitest';
import {rangeAsked} from '../../src/cli/commands/report-times.ts';
import {runProgram} from '../../src/cli/program.ts';
import type {ActivityReport} from '../../src/view/model/activity-report.ts';
import {at, HOUR} from '../support/instants.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type LiveCli, liveCli} from './live-cli.ts';
import {testContext} from './test-context.ts';

const DAY = 24 * HOUR;
const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", algorithm: fixed-window, limit: 2, window: 1h}
`;
const TRACE = Array.from({length: 40}, (_, i) =>
  JSON.stringify({
    t: Date.parse('2026-11-01T00:00:00Z') + i * 1_800_000,
    ip: `10.0.0.${i % 2}`,
    key: `10.0.0.${i % 2}`,
    cost: 1,
  }),
).concat(
  Array.from({length: 8}, () =>
    JSON.stringify({t: Date.parse('2026-11-01T20:00:00Z'), ip: '10.0.0.9', key: '10.0.0.9', cost: 1}),
  ),
);

let cli: LiveCli;

beforeEach(() => {
  cli = liveCli({}, {'ratectl.yaml': POLICY, 'trace.ndjson': `${TRACE.join('\n')}\n`});
});

const refused = (key: string, denied: number): Promise<void> =>
  cli.with(async (store) => {
    const now = await store.now();
    await store.record({
      limits: [{limit: 'per-ip', allowed: 100, denied, shadowDenied: 0}],
      keys: [
        {address: {limit: 'per-ip', key, tier: '', shape: 'f1h'}, denied, shadow: false, until: now + HOUR},
      ],
    });
  });

const reportIn = (text: string): ActivityReport => (JSON.parse(text) as {data: ActivityReport}).data;

describe('ratectl report', {timeout: 60_000}, () => {
  test('sums up the last seven days of the store', async () => {
    await refused('203.0.113.7', 25);
    const {code, out, err} = await cli.run('report', '--quiet');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^80\.0% of 125 checks allowed · 25 refused/);
    expect(out).toMatch(/per-ip +203\.0\.113\.7 +25 +100%/);
  });

  test('answers JSON as its schema describes it', async () => {
    await refused('203.0.113.7', 25);
    const {out} = await cli.run('report', '--json', '--compare', '--since', '2d');
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/json/report.schema.json'), 'utf8'),
    );
    expect(schemaErrors(schema, JSON.parse(out))).toEqual([]);
    expect(JSON.parse(out).schema).toBe('ratectl.report/1');
    const report = reportIn(out);
    expect(report.totals).toMatchObject({requests: 125, denied: 25});
    expect(report.before!.totals.requests).toBe(0);
    expect(Date.parse(report.range!.until) - Date.parse(report.range!.from)).toBe(
      2 * 86_400_000 + (report.range!.ms % 60_000),
    );
  });

  test('names as many keys as --limit asks for', async () => {
    for (const key of ['a', 'b', 'c']) await refused(key, key.charCodeAt(0));
    const {identities} = reportIn((await cli.run('report', '--json', '--limit', '2')).out);
    expect(identities.keys.map(({key}) => key)).toEqual(['c', 'b']);
    expect(identities.counted).toBe(3);
    expect(reportIn((await cli.run('report', '--json', '--limit', '0')).out).identities.keys).toHaveLength(3);
    const filtered = reportIn((await cli.run('report', '--json', '--filter', '/[ab]$')).out);
    expect(filtered.identities.keys.map(({key}) => key)).toEqual(['b', 'a']);
  });

  test.each([
    ['r.html', /^<!doctype html>/],
    ['r.md', /^# Rate limits: 80\.0% of 125 checks allowed/],
    ['r.csv', /^section,name,key,tier,at,measure,value\r\n/],
    ['r.json', /^\{\n {2}"schema": "ratectl.report\/1"/],
    ['r.txt', /^80\.0% of 125/],
  ])('--out %s is written in the form of its name, and nothing else is', async (name, form) => {
    await refused('203.0.113.7', 25);
    const {code, out, err} = await cli.run('report', '--quiet', '--out', name);
    expect([code, out, err]).toEqual([0, '', '']);
    expect(readFileSync(join(cli.folder, name), 'utf8')).toMatch(form);
    expect(readdirSync(cli.folder).filter((file) => file.includes('.tmp'))).toEqual([]);
  });

  test('-o wins over the name of --out', async () => {
    await refused('203.0.113.7', 25);
    await cli.run('report', '--out', 'r.html', '-o', 'md');
    expect(readFileSync(join(cli.folder, 'r.html'), 'utf8')).toMatch(/^# Rate limits/);
  });

  test('a file that cannot be written is said, and what was there stays', async () => {
    await refused('203.0.113.7', 25);
    expect(await cli.run('report', '--out', 'none/r.html')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot write'),
    });
    expect((await cli.run('report', '--out', '-')).code).toBe(2);
    expect(await cli.run('report', 'trace.ndjson', '--out', 'trace.ndjson')).toMatchObject({code: 2});
    expect(readFileSync(join(cli.folder, 'trace.ndjson'), 'utf8')).toBe(`${TRACE.join('\n')}\n`);
  });

  test('HTML is not written onto a terminal', async () => {
    const context = testContext({RATECTL_STORE: `sqlite:${join(cli.folder, 'state.db')}`});
    const terminal = {...context, streams: {...context.streams, out: {...context.streams.out, isTTY: true}}};
    await expect(runProgram(['report', '-o', 'html'], terminal)).rejects.toMatchObject({
      hint: 'name a file: --out report.html',
    });
  });

  test.each([
    [['--since', 'yesterday'], '--since "yesterday": expected a duration, a date or a time'],
    [['--since', '2026-02-30'], '--since "2026-02-30": expected'],
    [['--until', '2026-11-01Z'], '--until "2026-11-01Z": expected'],
    [['--since', '1h', '--until', '2h'], '--since "1h" is not before --until "2h"'],
    [['--tz', 'Mars/Base'], 'unknown time zone "Mars/Base"'],
    [['--prefix', 'per-io/'], 'unknown limit "per-io"'],
    [['nofile'], '"nofile" names no limit'],
  ])('%j is refused', async (args, message) => {
    await refused('a', 1);
    const {code, err, out} = await cli.run('report', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('a time', {timeout: 60_000}, () => {
  const now = at('2026-11-21T12:00:00Z');
  test.each([
    ['7d', 'UTC', at('2026-11-14T12:00:00Z')],
    ['2026-11-01', 'UTC', at('2026-11-01T00:00:00Z')],
    ['2026-11-01', 'Europe/Berlin', at('2026-10-31T23:00:00Z')],
    // The night when summer time ends: midnight is still in it.
    ['2026-10-25', 'Europe/Berlin', at('2026-10-24T22:00:00Z')],
    ['2026-10-26', 'Europe/Berlin', at('2026-10-25T23:00:00Z')],
    ['2026-11-01T08:30', 'America/New_York', at('2026-11-01T13:30:00Z')],
    ['2026-11-01 08:30:15', 'Asia/Kolkata', at('2026-11-01T03:00:15Z')],
    ['2026-11-01T08:30:00Z', 'Europe/Berlin', at('2026-11-01T08:30:00Z')],
    ['2026-11-01T08:30:00+05:30', 'UTC', at('2026-11-01T03:00:00Z')],
  ])('%s in %s', (since, timeZone, from) => {
    expect(rangeAsked({since}, timeZone)(now)).toEqual({from, until: now});
  });

  test('the end is not after now, and may be a duration before it', () => {
    expect(rangeAsked({since: '7d', until: '2030-01-01'}, 'UTC')(now).until).toBe(now);
    expect(rangeAsked({since: '7d', until: '1d'}, 'UTC')(now).until).toBe(now - DAY);
  });
});

describe('ratectl report FILE', {timeout: 60_000}, () => {
  const simulate = (...args: readonly string[]) =>
    cli.run('simulate', 'trace.ndjson', '--policy', 'ratectl.yaml', ...args);

  test('reads a JSON result of simulate', async () => {
    const result = await simulate('--json', '--fail-if', 'denied > 5');
    writeFileSync(join(cli.folder, 'result.json'), result.out);
    const {code, out, err} = await cli.run('report', 'result.json', '--json');
    expect([code, err]).toEqual([0, '']);
    const report = reportIn(out);
    expect(report.source).toMatchObject({kind: 'replay', file: 'result.json', traces: ['trace.ndjson']});
    expect(report.totals).toMatchObject({requests: 48, denied: 6});
    expect(report.identities.keys).toEqual([
      {limit: 'per-ip', key: '10.0.0.9', denied: 6, share: 1, requests: 8},
    ]);
    expect(report.thresholds).toEqual([{expr: 'denied > 5', actual: 6, pass: false}]);
    expect(report.recommendations[0]).toMatchObject({
      kind: 'threshold',
      command: expect.stringContaining('simulate trace.ndjson'),
    });
    expect([report.tokens, report.utilisation, report.queues]).toEqual([null, null, null]);
    for (const format of ['table', 'md', 'csv', 'html'])
      expect((await cli.run('report', 'result.json', '-o', format)).out).toContain('10.0.0.9');
  });

  test.each([
    ['decisions.ndjson', (bytes: Buffer) => bytes],
    ['decisions.ndjson.gz', (bytes: Buffer) => gzipSync(bytes)],
    ['no-ending', (bytes: Buffer) => Buffer.concat([Buffer.from('\n\n'), bytes, Buffer.from('broken\n')])],
  ])('reads decisions, by their content: %s', async (name, pack) => {
    await simulate('--decisions', 'd.ndjson');
    writeFileSync(join(cli.folder, name), pack(readFileSync(join(cli.folder, 'd.ndjson'))));
    const {code, out} = await cli.run('report', name, '--json', '--tz', 'Europe/Berlin');
    expect(code).toBe(0);
    const report = reportIn(out);
    expect(report.totals).toMatchObject({requests: 48, denied: 6});
    expect(report.identities.keys).toEqual([
      {limit: 'per-ip', key: '10.0.0.9', denied: 6, share: 1, requests: 8},
    ]);
    expect(report.series.points.reduce((sum, {denied}) => sum + denied, 0)).toBe(6);
    expect(report.range).toMatchObject({from: '2026-11-01T00:00:00.000Z', until: '2026-11-01T20:00:00.001Z'});
    expect((report.source as {skipped: number}).skipped).toBe(name === 'no-ending' ? 1 : 0);
  });

  test('many decisions are put together to steps that stay few, in any order', async () => {
    const lines = Array.from({length: 20_000}, (_, i) =>
      JSON.stringify({
        t: 1_700_000_000_000 + ((i * 7_919) % 20_000) * 60_000,
        key: `k${i % 7}`,
        allowed: i % 3 > 0,
        limit: 'a',
      }),
    );
    writeFileSync(join(cli.folder, 'many'), lines.join('\n'));
    const report = reportIn((await cli.run('report', 'many', '--json')).out);
    expect(report.totals.requests).toBe(20_000);
    expect(report.series.points.length).toBeLessThanOrEqual(4_097);
    expect(report.series.points.reduce((sum, {allowed, denied}) => sum + allowed + denied, 0)).toBe(20_000);
    expect(report.forecast.kind).toBe('forecast');
    expect(report.week).not.toBeNull();
  });

  test.each([
    ['nothing', '', 'it is empty'],
    ['text', 'hello\nworld\n', 'it is neither JSON nor lines of decisions'],
    [
      'other JSON',
      '{"schema":"ratectl.status/1","data":{}}',
      'it is JSON, but not of schema "ratectl.simulate/1"',
    ],
    ['JSON that is no object', '[1,2]', 'it is JSON, but not of schema'],
    ['null', 'null', 'it is JSON, but not of schema'],
    [
      'parts of a result',
      '{"schema":"ratectl.simulate/1","data":{"trace":{"files":[],"start":null,"end":null}}}',
      'parts of the result are missing',
    ],
  ])('%s is refused', async (_, text, why) => {
    writeFileSync(join(cli.folder, 'file'), text);
    const {code, err, out} = await cli.run('report', 'file');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`cannot report on "file": ${why}`);
  });

  test('a file that is not there is said to be missing, and not taken for a key', async () => {
    expect(await cli.run('report', 'result.json')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cannot read ".*result\.json": no such file/),
    });
  });

  test('a result that somebody changed is refused rather than drawn wrongly', async () => {
    const {data, ...rest} = JSON.parse((await simulate('--json')).out);
    const changed: readonly unknown[] = [
      {...data, limits: [{...data.limits[0], top: [{key: 1}]}]},
      {...data, series: {bucketMs: 0, buckets: []}},
      {...data, series: {...data.series, buckets: [{t: 'x', allowed: 1, denied: 1}]}},
      {...data, trace: {...data.trace, start: 7}},
      {...data, totals: null},
    ];
    for (const part of changed) {
      writeFileSync(join(cli.folder, 'file'), JSON.stringify({...rest, data: part}));
      expect((await cli.run('report', 'file')).err).toContain(
        'parts of the result are missing or of another form',
      );
    }
  });

  test('needs no store', async () => {
    await simulate('--decisions', 'd.ndjson');
    const answer = await cli.run('report', 'd.ndjson', '--store', 'redis://127.0.0.1:1');
    expect(answer.code).toBe(0);
    expect(statSync(join(cli.folder, 'd.ndjson')).size).toBeGreaterThan(0);
  });
});
