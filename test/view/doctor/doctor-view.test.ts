import {describe, expect, test} from 'vitest';
import {buildReport} from '../../../src/operate/doctor/build-report.ts';
import {doctorMarkdown} from '../../../src/view/doctor/markdown.ts';
import {doctorTable} from '../../../src/view/doctor/table.ts';
import type {DoctorCheck, DoctorReport} from '../../../src/view/model/doctor-report.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const check = (id: string, more: Partial<DoctorCheck> = {}): DoctorCheck => ({
  id,
  area: id.split('/')[0] as DoctorCheck['area'],
  title: 'what is looked at',
  result: 'ok',
  why: null,
  evidence: [],
  findings: [],
  ...more,
});
const finding = (id: string, ...findings: DoctorCheck['findings']): DoctorCheck =>
  check(id, {result: 'finding', findings});
const unknown = (id: string, why: string): DoctorCheck => check(id, {result: 'unknown', why});

const EVICTION = finding('redis/eviction', {
  severity: 'error',
  what: 'keys of limits are evicted when memory is full: allkeys-lru; 1,204 keys so far',
  where: 'cache:6379',
  evidence: [
    {name: 'maxmemory-policy', value: 'allkeys-lru', unit: 'text'},
    {name: 'maxmemory', value: 104_857_600, unit: 'bytes'},
    {name: 'evicted keys', value: 1_204, unit: 'count'},
  ],
  why: 'an evicted key is a fresh bucket: whoever was refused passes again, silently and first of all under load',
  next: 'redis-cli CONFIG SET maxmemory-policy noeviction',
});
const secret = (path: string): DoctorCheck['findings'][number] => ({
  severity: 'warning',
  what: 'the password of context "prod" can be read by other users of this machine',
  where: path,
  evidence: [{name: 'mode', value: '0644', unit: 'text'}],
  why: 'who reads the password of a store can lift or set any limit',
  next: `chmod 600 ${path}`,
});
const SKEW = finding('store/clock-skew', {
  severity: 'note',
  what: "the store's clock is 240ms ahead of this machine's, give or take 0.4ms",
  where: 'redis://cache:6379',
  evidence: [
    {name: 'ahead', value: 240, unit: 'ms'},
    {name: 'uncertainty', value: 0.4, unit: 'ms'},
    {name: 'share', value: 0.8123, unit: 'share'},
  ],
  why: "limits go by the store's clock",
  next: 'look at NTP on both machines: timedatectl, chronyc tracking',
});
const HEAD: Pick<DoctorReport, 'versions' | 'store'> = {
  versions: {ratectl: '0.1.0', node: '24.1.0', platform: 'linux x64'},
  store: {url: 'redis://cache:6379', server: 'redis 7.2.4', reached: true},
};
const ILL = buildReport(
  [
    check('redis/memory', {
      title: 'there is memory left',
      evidence: [{name: 'used', value: 12_345_678, unit: 'bytes'}],
    }),
    EVICTION,
    unknown(
      'redis/script-limit',
      'the user may not do this: this user has no permissions to run the config command',
    ),
    unknown(
      'redis/min-replicas',
      'the user may not do this: this user has no permissions to run the config command',
    ),
    unknown('redis/slow-calls', 'no answer in time (--timeout)'),
    SKEW,
    check('machine/node-version'),
    finding('configuration/secrets', secret('/etc/ratectl/prod.password'), secret('/srv/keys')),
  ],
  HEAD,
);
const WELL = buildReport([check('machine/node-version'), check('store/reachable')], HEAD);
const LOST = buildReport(
  [
    finding('store/reachable', {...secret('x'), severity: 'error', what: 'connection refused'}),
    unknown('usage/tokens', 'the store cannot be reached'),
  ],
  {...HEAD, store: {url: 'redis://cache:6379', server: null, reached: false}},
);

const REPORTS = {ill: ILL, well: WELL, lost: LOST};
const style = (width: number, more = {}) => ({width, colour: false, ascii: false, ...more});

describe('doctor', () => {
  for (const [name, report] of Object.entries(REPORTS))
    for (const width of [60, 100])
      test(`${name} at ${width} columns`, () => {
        const text = doctorTable(report, {severity: 'note', detail: 'table'}, style(width));
        expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(width);
        expectGolden(`doctor/${name}-${width}.txt`, text);
      });

  test('wide: what is in order, too, with what was measured', () => {
    expectGolden('doctor/ill-wide.txt', doctorTable(ILL, {severity: 'note', detail: 'wide'}, style(100)));
  });

  test('Markdown', () => {
    expectGolden('doctor/ill.md', doctorMarkdown(ILL, 'note'));
    expect(doctorMarkdown(WELL, 'note')).toContain('nothing found');
  });

  test('what is less severe than asked for is left out and counted', () => {
    for (const text of [
      doctorTable(ILL, {severity: 'error', detail: 'table'}, style(100)),
      doctorMarkdown(ILL, 'error'),
    ]) {
      expect(text).toContain('redis/eviction');
      expect(text).not.toContain('clock-skew');
      expect(text).not.toContain('prod.password');
      expect(text).toContain('3 findings of lesser severity are not shown');
      // The head counts all of them.
      expect(text).toContain('2 warnings');
    }
  });

  test('colour says nothing that words do not', () => {
    const plain = doctorTable(ILL, {severity: 'note', detail: 'wide'}, style(80));
    const painted = doctorTable(ILL, {severity: 'note', detail: 'wide'}, style(80, {colour: true}));
    expect(painted).not.toBe(plain);
    expect(withoutColour(painted)).toBe(plain);
  });

  test('in ASCII there is nothing else', () => {
    expect(doctorTable(ILL, {severity: 'note', detail: 'wide'}, style(80, {ascii: true}))).toMatch(
      /^[\n -~]*$/,
    );
  });

  test('hostile keys, paths and reasons reach nothing unescaped', () => {
    for (const key of HOSTILE_KEYS) {
      const report = buildReport(
        [
          finding('usage/one-key', {
            ...secret(key),
            what: key,
            evidence: [{name: 'names', value: key, unit: 'text'}],
          }),
          unknown('usage/tokens', key),
        ],
        HEAD,
      );
      for (const text of [
        doctorTable(report, {severity: 'note', detail: 'wide'}, style(60)),
        doctorMarkdown(report, 'note'),
      ])
        expect(unsafeIn(text), JSON.stringify(key)).toBeUndefined();
    }
  });

  test('totals count checks by their result, and findings by severity', () => {
    expect(ILL.totals).toEqual({checks: 8, ok: 2, unknown: 3, findings: {error: 1, warning: 2, note: 1}});
    expect(ILL.checks.map(({area}) => area)).toEqual([
      'machine',
      'configuration',
      'store',
      'redis',
      'redis',
      'redis',
      'redis',
      'redis',
    ]);
  });
});
