import {describe, expect, test} from 'vitest';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {statusMarkdown} from '../../../src/view/status/markdown.ts';
import {statusTable} from '../../../src/view/status/table.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {LiveState, NOON, queryOf} from '../../operate/live-state.ts';
import {
  attemptAgo,
  breakerState,
  enqueue,
  kill,
  putBreaker,
  putInstance,
  putLead,
  putToken,
  recordOf,
  TOKEN_POLICY,
  troubled,
} from '../../operate/section-state.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const TIMES: Times = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000};

const reportOf = async (state: LiveState, scope = queryOf().scope): Promise<StatusReport> =>
  (await readStatus(state.source, queryOf({scope}))).report;

const inTrouble = async (): Promise<LiveState> => {
  const state = new LiveState(TOKEN_POLICY);
  await troubled(state.store, NOON);
  return state;
};

const healthy = async (): Promise<StatusReport> => {
  const state = new LiveState(TOKEN_POLICY);
  for (const name of ['google', 'crm', 'reports'])
    await putToken(state.store, name, recordOf(NOON, {attempts: [attemptAgo(NOON, 2 * MINUTE)]}));
  await putInstance(state.store, 'build-7:17:abc', {now: NOON});
  await putInstance(state.store, 'build-8:9:def', {now: NOON});
  await putLead(state.store, 'build-8:9:def', NOON, NOON + 12 * S);
  await enqueue(state.store, 'calls', [['interactive', 1, NOON + 20 * S]]);
  return reportOf(state);
};

/** Names as whoever may write to the store could choose them. */
const hostile = async (): Promise<StatusReport> => {
  const state = new LiveState(TOKEN_POLICY);
  for (const name of HOSTILE_KEYS.filter((key) => key !== '').slice(0, 40)) {
    const attempts = [
      attemptAgo(NOON, 0, {by: name, until: NOON + 57 * S, phase: 'sent', outcome: undefined}),
    ];
    await putToken(
      state.store,
      name,
      recordOf(NOON, {attempts, reauthorise: {since: NOON, why: 'rejected'}}),
    );
    await putBreaker(state.store, name, breakerState({kind: 'open', failures: 1, openedAt: NOON}));
    await enqueue(state.store, name, [
      [name, 1],
      ['other', 1],
    ]);
    await kill(state.store, name, 1);
    await putInstance(state.store, name, {now: NOON, role: name});
  }
  await putLead(state.store, HOSTILE_KEYS.find((key) => key.includes('\u001b'))!, NOON, NOON + S);
  return reportOf(state);
};

const reports: Readonly<Record<string, () => Promise<StatusReport>>> = {
  troubled: async () => reportOf(await inTrouble()),
  healthy,
};

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
    for (const width of [60, 100]) {
      test(`${name} at ${width} columns`, async () => {
        expectGolden(`status/${name}-${width}.txt`, draw(await of(), {width}));
      });
    }
    test(`${name} in ASCII`, async () => {
      const text = draw(await of(), {width: 100, ascii: true});
      expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`status/${name}-100-ascii.txt`, text);
    });
    test(`${name} in colour`, async () => {
      expectGolden(`status/${name}-100-colour.txt`, draw(await of(), {width: 100, colour: true}));
    });
    test(`${name} wide`, async () => {
      expectGolden(`status/${name}-100-wide.txt`, draw(await of(), {width: 100, detail: 'wide'}));
    });
    test(`${name} as Markdown`, async () => {
      expectGolden(`status/${name}.md`, statusMarkdown(await of(), undefined, TIMES));
    });
  }
  test('with instants of a time zone', async () => {
    const times: Times = {...TIMES, format: 'iso', timeZone: 'America/New_York'};
    expectGolden('status/troubled-120-iso.txt', draw(await reports['troubled']!(), {width: 120, times}));
  });
});

describe('what a reader relies on', () => {
  test('no line is wider than the terminal, and no name acts on it', async () => {
    for (const of of [...Object.values(reports), hostile]) {
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
    const report = await reports['troubled']!();
    expect(withoutColour(draw(report, {width: 100, colour: true}))).toBe(draw(report, {width: 100}));
  });

  test('alerts stand at the top', async () => {
    expect(draw(await reports['troubled']!(), {width: 100})).toMatch(
      /^ {2}alerts +token crm needs re-consent/,
    );
    expect(draw(await healthy(), {width: 100})).toMatch(/^ {2}store/);
  });

  test('beside keys asked for by name are the alerts and no sections', async () => {
    const report = await reportOf(await inTrouble(), {kind: 'exact', limit: 'per-ip', key: 'a'});
    const text = draw(report, {width: 100});
    expect(text).toContain('token crm needs re-consent');
    expect(text).not.toMatch(/^ {2}(token|breaker|queue|instance) +/m);
  });

  test('many are cut to a screen, and wide has all', async () => {
    const report = await hostile();
    expect(draw(report, {width: 100})).toMatch(/^ {2}\d+ more: -o wide$/m);
    expect(draw(report, {width: 100, detail: 'wide'})).not.toContain('more: -o wide');
  });
});
