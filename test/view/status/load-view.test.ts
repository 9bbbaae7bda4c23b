import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {explainKey} from '../../../src/operate/explain/explain-key.ts';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {setManualMode} from '../../../src/store/control-document.ts';
import {explainMarkdown} from '../../../src/view/explain/markdown.ts';
import {explainText} from '../../../src/view/explain/text.ts';
import type {MovedKey} from '../../../src/view/model/behaviour.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {statusMarkdown} from '../../../src/view/status/markdown.ts';
import {statusTable} from '../../../src/view/status/table.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {LiveState, NOON, queryOf} from '../../operate/live-state.ts';
import {
  LOAD_POLICY,
  lease,
  overloaded,
  poolState,
  putAdaptive,
  putDegradation,
  putPool,
  waiter,
} from '../../operate/load-state.ts';
import {breakerState, putBreaker} from '../../operate/section-state.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {schemaErrors} from '../../support/json-schema-check.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const TIMES: Times = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000};

const reportOf = async (state: LiveState): Promise<StatusReport> =>
  (await readStatus(state.source, queryOf({scope: {kind: 'all'}}))).report;

const underLoad = async (): Promise<StatusReport> => {
  const state = new LiveState(LOAD_POLICY);
  await state.send({ip: '203.0.113.7'}, 12);
  await state.send({tenant: 'acme', plan: 'free'}, 30);
  await overloaded(state.store, NOON);
  return reportOf(state);
};

/** Everything in order. */
const idle = async (): Promise<StatusReport> => {
  const state = new LiveState(LOAD_POLICY);
  await putAdaptive(state.store, 'protect', {steppedAt: NOON - S, pressure: 0.4, signal: 'cpu'});
  await putDegradation(state.store, {steppedAt: NOON - S, pressure: 0.4, signal: 'cpu'});
  return reportOf(state);
};

/** At the floor, and closed by hand. */
const closed = async (): Promise<StatusReport> => {
  const state = new LiveState(LOAD_POLICY);
  await putAdaptive(state.store, 'protect', {
    share: 0.2,
    steppedAt: NOON - S,
    pressure: 2.5,
    signal: 'eventLoop',
  });
  state.now = NOON - 3 * MINUTE;
  const input = {mode: 'closed', by: 'ada@build-7', reason: 'database failover', lasts: 30 * MINUTE} as const;
  await setManualMode(state.store, input);
  state.now = NOON;
  return reportOf(state);
};

/** Names, keys and reasons as whoever may write to the store could choose them. */
const hostile = async (): Promise<StatusReport> => {
  const state = new LiveState(LOAD_POLICY);
  const names = HOSTILE_KEYS.filter((key) => key !== '').slice(0, 40);
  await putPool(
    state.store,
    'api',
    poolState({
      leases: names.slice(0, 3).flatMap((key, i) => [0, 1, 2].map((j) => lease(3 * i + j + 1, NOON, key))),
      waiting: names.map((key, i) => waiter(i, NOON, key)),
    }),
  );
  for (const name of names) {
    await putPool(state.store, name, poolState({leases: [lease(1, NOON, name)]}));
    await putAdaptive(state.store, name, {share: 0.5});
    await putBreaker(
      state.store,
      `abuse ${name}`,
      breakerState({kind: 'open', failures: 20, openedAt: NOON}),
    );
  }
  await setManualMode(state.store, {mode: 'closed', by: names[5]!, reason: names.join(' ').slice(0, 2_000)});
  return reportOf(state);
};

const movedKey = (key: string, move: MovedKey['move']): MovedKey => ({
  key,
  ...{
    score: 0.28,
    known: true,
    requests: 1_240,
    refused: 610,
    early: 40,
    minimumRequests: 50,
    windowMs: 3_600_000,
  },
  terms: [
    {term: 'success', value: 0.5, weight: 0.4, points: 0.2},
    {term: 'consistency', value: 0.1, weight: 0.3, points: 0.03},
    {term: 'abuse', value: 0.83, weight: 0.3, points: 0.05},
  ],
  ...{promote: 0.9, demote: 0.3, move, tier: 'free', treatedAs: move === 'up' ? 'premium' : 'restricted'},
  decidedAt: '2026-01-05T11:57:00.000Z',
  holdsUntil: '2026-01-05T12:02:00.000Z',
});

const behaving = async (keys: readonly string[] = ['acme', 'bcme']): Promise<StatusReport> => ({
  ...(await idle()),
  behaviour: [
    {limit: 'quiet', ladder: ['free', 'premium'], up: 0, down: 0, keys: []},
    {
      limit: 'plan',
      ladder: ['restricted', 'free', 'premium'],
      up: 1,
      down: 1,
      keys: keys.map((key, i) => movedKey(key, i % 2 === 0 ? 'down' : 'up')),
    },
  ],
});

const reports: Readonly<Record<string, () => Promise<StatusReport>>> = {underLoad, idle, closed, behaving};

interface Drawn {
  readonly width: number;
  readonly ascii?: boolean;
  readonly colour?: boolean;
  readonly detail?: 'table' | 'wide';
  readonly times?: Times;
}

const draw = (
  report: StatusReport,
  {width, ascii = false, colour = false, detail = 'table', times = TIMES}: Drawn,
): string =>
  statusTable(report, {detail, fields: undefined, contextName: null, times}, {width, ascii, colour});

describe('goldens', () => {
  for (const [name, of] of Object.entries(reports)) {
    for (const width of [60, 100, 200]) {
      test(`${name} at ${width} columns`, async () => {
        expectGolden(`status/${name}-${width}.txt`, draw(await of(), {width}));
      });
    }
    test(`${name} in ASCII`, async () => {
      const text = draw(await of(), {width: 100, ascii: true});
      expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`status/${name}-100-ascii.txt`, text);
    });
    test(`${name} wide`, async () => {
      expectGolden(`status/${name}-100-wide.txt`, draw(await of(), {width: 100, detail: 'wide'}));
    });
    test(`${name} as Markdown`, async () => {
      expectGolden(`status/${name}.md`, statusMarkdown(await of(), undefined, TIMES));
    });
  }
  test('in colour', async () => {
    expectGolden('status/underLoad-100-colour.txt', draw(await underLoad(), {width: 100, colour: true}));
  });
  test.each([60, 100])('explain of a key that adaptive control has shrunk, at %d columns', async (width) => {
    const state = new LiveState(LOAD_POLICY);
    await state.send({ip: '203.0.113.7'}, 12);
    await putAdaptive(state.store, 'protect', {
      share: 0.6,
      steppedAt: NOON - S,
      pressure: 1.3,
      signal: 'cpu',
    });
    const subject = {kind: 'exact', limit: 'per-ip', key: '203.0.113.7'} as const;
    const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
    const text = explainText(explanation, null, TIMES, {width, ascii: false, colour: false});
    expectGolden(`explain/adaptive-${width}.txt`, text);
    expect(explainMarkdown(explanation, TIMES)).toContain('60% of the limit is in force, by `protect`');
  });
  test('with instants of a time zone', async () => {
    const times: Times = {...TIMES, format: 'iso', timeZone: 'America/New_York'};
    expectGolden('status/closed-120-iso.txt', draw(await closed(), {width: 120, times}));
  });
});

describe('what a reader relies on', () => {
  test('no line is wider than the terminal, and no name, key or reason acts on it', async () => {
    for (const of of [...Object.values(reports), hostile, () => behaving(HOSTILE_KEYS)]) {
      const report = await of();
      for (const width of [40, 60, 100, 200])
        for (const detail of ['table', 'wide'] as const) {
          const text = withoutColour(draw(report, {width, colour: true, detail}));
          for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
          expect(unsafeIn(text)).toBeUndefined();
        }
      expect(unsafeIn(statusMarkdown(report, undefined, TIMES))).toBeUndefined();
    }
  });

  test('the colours say nothing that the words do not', async () => {
    const report = await underLoad();
    expect(withoutColour(draw(report, {width: 100, colour: true}))).toBe(draw(report, {width: 100}));
  });

  test('at 60 columns a pool still says how many run, of how many that are left, and how many wait', async () => {
    expect(draw(await underLoad(), {width: 60})).toMatch(/^ {2}api +6 +10 → 6 +4\/50/m);
  });

  test('of keys of a breaker the first five are lines, wide has all', async () => {
    const report = await underLoad();
    const lines = (detail: 'table' | 'wide') => draw(report, {width: 100, detail}).match(/^ {2}abuse .*/gm)!;
    expect(lines('table')).toHaveLength(6);
    expect(draw(report, {width: 100})).toContain('and 3 more keys');
    expect(lines('wide')).toHaveLength(9);
  });

  test('without these sections nothing is there of them', async () => {
    const text = draw(await reportOf(new LiveState()), {width: 100, detail: 'wide'});
    expect(text).not.toMatch(/pool|adaptive|mode|pressure/);
  });

  test('every section is what the schema of --json says', async () => {
    const path = join(import.meta.dirname, '..', '..', '..', 'docs/json/status.schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    const head = {
      schema: 'ratectl.status/1',
      generatedAt: '2026-01-05T12:00:00.000Z',
      context: null,
      warnings: [],
    };
    for (const of of [...Object.values(reports), hostile])
      expect(schemaErrors(schema, JSON.parse(JSON.stringify({...head, data: await of()})))).toEqual([]);
  });
});
