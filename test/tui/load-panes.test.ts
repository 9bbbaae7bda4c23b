import {renderToString} from 'ink';
import {createElement} from 'react';
import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../src/cli/key-filter.ts';
import {setManualMode} from '../../src/store/control-document.ts';
import {Screen} from '../../src/tui/components/screen.ts';
import {RowHistory} from '../../src/tui/data/row-history.ts';
import {Looker} from '../../src/tui/data/take-look.ts';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import {initialState} from '../../src/tui/state/initial-state.ts';
import {reduce} from '../../src/tui/state/reduce.ts';
import {textWidth} from '../../src/view/text-width.ts';
import {LiveState, NOON, POLICY, queryOf} from '../operate/live-state.ts';
import {LOAD_POLICY, lease, overloaded, poolState, putAdaptive, putPool} from '../operate/load-state.ts';
import {expectGolden} from '../support/golden.ts';
import {HOSTILE_KEYS} from '../support/hostile-keys.ts';
import {unsafeIn, withoutColour} from '../view/unsafe.ts';

interface Shown {
  readonly columns: number;
  readonly lines: number;
  readonly colour?: boolean;
}

/** The dashboard after one look and these keys. */
const shown = async (
  live: LiveState,
  {columns, lines, colour = false}: Shown,
  ...keys: readonly string[]
): Promise<{readonly state: DashboardState; readonly text: string}> => {
  const connection = {
    source: {...live.source, store: live.store},
    contextName: null,
    readOnly: true,
    production: false,
    warnings: [],
  };
  const look = await new Looker(connection, () => NOON / 1_000).look(queryOf(), 1, 'all');
  const start = initialState({
    ...{columns, lines, now: NOON / 1_000, sort: 'used', direction: 'forward'},
    ...{timeFormat: 'relative', interval: 2_000, contexts: []},
  });
  const actions = [
    {kind: 'looked', look: {...look, tookMs: 3}} as const,
    ...keys.map((name) => ({kind: 'key', name}) as const),
  ];
  const state = actions.reduce((before, action) => reduce(before, action, {compile: keyFilter}), start);
  const style = {colour, ascii: false};
  const screen = createElement(Screen, {state, history: new RowHistory(), style, timeZone: 'UTC'});
  return {state, text: renderToString(screen, {columns})};
};

const underLoad = async (): Promise<LiveState> => {
  const live = new LiveState(LOAD_POLICY);
  await overloaded(live.store, NOON);
  return live;
};

const paneNames = async (live: LiveState): Promise<readonly string[]> => {
  const names: string[] = [];
  for (let tabs = 0; tabs < 12; tabs++) {
    const {state} = await shown(live, {columns: 100, lines: 30}, ...Array<string>(tabs).fill('tab'));
    if (names.includes(state.pane)) break;
    names.push(state.pane);
  }
  return names;
};

describe('goldens', () => {
  test.each([
    ['dashboard-60', {columns: 60, lines: 40}, []],
    ['dashboard-100', {columns: 100, lines: 40}, []],
    ['dashboard-200', {columns: 200, lines: 50}, []],
    ['pools-100', {columns: 100, lines: 30}, Array<string>(5).fill('tab')],
    ['load-100', {columns: 100, lines: 30}, Array<string>(6).fill('tab')],
  ] as const)('%s', async (name, size, keys) => {
    const {text} = await shown(await underLoad(), size, ...keys);
    expectGolden(`tui/under-load-${name}.txt`, `${text}\n`);
  });
});

test('Tab brings the panes of pools and load into the middle only where there is something in them', async () => {
  const all = [
    'keys',
    'limits',
    'tokens',
    'breakers',
    'queues',
    'pools',
    'load',
    'instances',
    'events',
    'alerts',
  ];
  expect(await paneNames(await underLoad())).toEqual(all);
  expect(await paneNames(new LiveState(POLICY))).toEqual(
    all.filter((name) => !['pools', 'load'].includes(name)),
  );
});

test('a mode by hand, and why, is seen at once', async () => {
  const live = await underLoad();
  await setManualMode(live.store, {mode: 'closed', by: 'ada@desk', reason: 'repair'});
  const {text} = await shown(live, {columns: 100, lines: 40});
  expect(text).toMatch(/^! degradation mode is closed since 0s, set by ada@desk \(repair\)/m);
  expect(text).toMatch(/── load[\s\S]*closed +hand/);
});

test('every frame fits the terminal, and no name acts on it', {timeout: 60_000}, async () => {
  const live = new LiveState(LOAD_POLICY);
  for (const name of HOSTILE_KEYS.filter((key) => key !== '').slice(0, 30)) {
    await putPool(live.store, name, poolState({leases: [lease(1, NOON, name)]}));
    await putAdaptive(live.store, name, {share: 0.5});
  }
  await setManualMode(live.store, {
    mode: 'closed',
    by: HOSTILE_KEYS[7]!,
    reason: HOSTILE_KEYS.join(' ').slice(0, 900),
  });
  for (const columns of [40, 60, 99, 150, 300])
    for (const lines of [8, 12, 24, 50])
      for (const tabs of [0, 5, 6]) {
        const {text} = await shown(live, {columns, lines, colour: true}, ...Array<string>(tabs).fill('tab'));
        const bare = withoutColour(text).replaceAll('\u001b[7m', '').replaceAll('\u001b[27m', '');
        expect(bare.split('\n').length, `${columns}x${lines}`).toBeLessThanOrEqual(lines);
        for (const row of bare.split('\n')) expect(textWidth(row), row).toBeLessThanOrEqual(columns);
        expect(unsafeIn(bare)).toBeUndefined();
      }
});
