import {describe, expect, test} from 'vitest';
import {readStatus, type StatusQuery} from '../../../src/operate/status/read-status.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {statusCsvHeader, statusCsvRows} from '../../../src/view/status/csv.ts';
import type {StatusField} from '../../../src/view/status/fields.ts';
import {statusMarkdown} from '../../../src/view/status/markdown.ts';
import {statusTable} from '../../../src/view/status/table.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {busyState, LiveState, NOON, queryOf} from '../../operate/live-state.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const TIMES: Times = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000};
const ALL: Partial<StatusQuery> = {scope: {kind: 'all'}};

const busy = async (): Promise<LiveState> => {
  const state = await busyState();
  await state.send({ip: '203.0.113.13'}, 12);
  await state.override({limit: 'per-ip', key: '203.0.113.13', until: NOON + MINUTE, effect: {kind: 'block'}});
  await state.refused('per-ip', '203.0.113.7', 134);
  await state.refused('plan', 'acme', 3, 'free');
  state.skew = -40_000;
  return state;
};

const reports: Readonly<Record<string, () => Promise<StatusReport>>> = {
  busy: async () => (await readStatus((await busy()).source, queryOf(ALL))).report,
  recent: async () => (await readStatus((await busy()).source, queryOf({limit: 1}))).report,
  empty: async () => (await readStatus(new LiveState().source, queryOf())).report,
  noPolicy: async () => (await readStatus((await busy()).withoutPolicy, queryOf(ALL))).report,
  hostile: async () => {
    const state = new LiveState();
    for (const ip of HOSTILE_KEYS) await state.send({ip}, 20);
    state.skew = 30 * S;
    return (await readStatus(state.source, queryOf({...ALL, limit: 100}))).report;
  },
};

interface Drawn {
  readonly width: number;
  readonly ascii?: boolean;
  readonly colour?: boolean;
  readonly detail?: 'table' | 'wide';
  readonly times?: Times;
  readonly fields?: readonly StatusField[];
}

const draw = (
  report: StatusReport,
  {width, ascii = false, colour = false, detail = 'table', times = TIMES, fields}: Drawn,
): string => statusTable(report, {detail, fields, contextName: null, times}, {width, ascii, colour});

describe('goldens', () => {
  for (const [name, reportOf] of Object.entries(reports)) {
    for (const width of [60, 80, 120]) {
      test(`${name} at ${width} columns`, async () => {
        expectGolden(`status/${name}-${width}.txt`, draw(await reportOf(), {width}));
      });
    }
    test(`${name} in ASCII`, async () => {
      const text = draw(await reportOf(), {width: 80, ascii: true});
      expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`status/${name}-80-ascii.txt`, text);
    });
    test(`${name} as Markdown`, async () => {
      expectGolden(`status/${name}.md`, statusMarkdown(await reportOf(), undefined, TIMES));
    });
    test(`${name} as CSV`, async () => {
      expectGolden(`status/${name}.csv`, statusCsvHeader() + statusCsvRows((await reportOf()).keys));
    });
  }
  test('in colour', async () => {
    expectGolden('status/busy-80-colour.txt', draw(await reports['busy']!(), {width: 80, colour: true}));
  });
  test('wide tells each bucket', async () => {
    expectGolden('status/busy-120-wide.txt', draw(await reports['busy']!(), {width: 120, detail: 'wide'}));
  });
  test('with instants of a time zone', async () => {
    const times: Times = {...TIMES, format: 'iso', timeZone: 'America/New_York'};
    expectGolden('status/busy-120-iso.txt', draw(await reports['busy']!(), {width: 120, times}));
  });
});

describe('what a reader relies on', () => {
  test('no line is wider than the terminal, and no key acts on it', async () => {
    for (const [name, reportOf] of Object.entries(reports)) {
      const report = await reportOf();
      for (const width of [40, 60, 80, 100, 200]) {
        const text = withoutColour(draw(report, {width, colour: true, detail: 'wide'}));
        for (const line of text.split('\n'))
          expect(textWidth(line), `${name}: ${line}`).toBeLessThanOrEqual(width);
        expect(unsafeIn(text), name).toBeUndefined();
      }
      expect(unsafeIn(statusMarkdown(report, undefined, TIMES))).toBeUndefined();
      expect(unsafeIn(statusCsvRows(report.keys).replaceAll('\r\n', '\n'))).toBeUndefined();
    }
  });

  test('state, limit, key, what is left and when it lifts are there at 60 columns', async () => {
    expect(draw(await reports['busy']!(), {width: 60})).toMatch(
      /limited +per-ip +203\.0\.113\.7 .* 0 +100ms/,
    );
  });

  test('asked for fields are the columns, in that order', async () => {
    const text = draw(await reports['busy']!(), {width: 80, fields: ['key', 'remaining', 'state']});
    expect(text).toMatch(/^ {2}key +left +state$/m);
  });

  test('a long key is whole where there is room for it', async () => {
    const state = new LiveState();
    const ip = 'tenant-0123456789-0123456789-0123456789-0123456789';
    await state.send({ip}, 12);
    const {report} = await readStatus(state.source, queryOf(ALL));
    expect(draw(report, {width: 80, fields: ['key', 'remaining']})).toContain(`${ip} `);
    expect(draw(report, {width: 40, fields: ['key', 'remaining']})).toMatch(/^ {2}tenant-\S*…\S+ +8$/m);
  });

  test('how many are not shown, and how to see them', async () => {
    const text = draw(await reports['recent']!(), {width: 80});
    expect(text).toContain('1 more key: --limit 2');
    expect(text).toContain('every key: --all');
  });
});
