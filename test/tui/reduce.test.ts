import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../src/cli/key-filter.ts';
import type {Action} from '../../src/tui/state/actions.ts';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import type {ChangePlan} from '../../src/tui/state/dialog-state.ts';
import {effectsOf} from '../../src/tui/state/effects.ts';
import {pageOf} from '../../src/tui/state/layout.ts';
import {reduce} from '../../src/tui/state/reduce.ts';
import type {StatusKey} from '../../src/view/model/status-report.ts';
import {atFirst, NOON_MS, syntheticKey, syntheticLook, syntheticReport} from './synthetic-look.ts';

const environment = {compile: keyFilter};

const named = (key: string, more: Partial<StatusKey> = {}): StatusKey => ({
  ...syntheticKey(1),
  limit: 'per-ip',
  key,
  state: 'ok',
  retryAfterMs: 0,
  deniedLastMinute: 0,
  ...more,
});

const ROWS: readonly StatusKey[] = [
  named('a', {state: 'limited', share: 1, retryAfterMs: 900, deniedLastMinute: 5}),
  named('b', {state: 'near', share: 0.95, deniedLastMinute: 9, resetAfterMs: 50}),
  named('c', {share: 0.5, resetAfterMs: 10}),
  named('d', {share: 0.1, resetAfterMs: 5}),
];

const looked = (
  rows: readonly StatusKey[] = ROWS,
  more: Parameters<typeof syntheticLook>[2] = {},
): Action => ({
  kind: 'looked',
  look: syntheticLook(1, syntheticReport(rows), more),
});

const press = (...names: readonly string[]): readonly Action[] => names.map((name) => ({kind: 'key', name}));

const typed = (text: string): readonly Action[] => press(...Array.from(text));

const START = atFirst([
  {name: 'prod', store: 'redis://prod', access: 'production, read-write'},
  {name: 'staging', store: 'redis://staging', access: 'read-write'},
]);

const stateAfter = (...actions: readonly (Action | readonly Action[])[]): DashboardState =>
  actions.flat().reduce((state, action) => reduce(state, action, environment), START);

const keysOf = ({rows}: DashboardState): string => rows.map(({key}) => key).join('');
const chosenOf = ({rows, cursor}: DashboardState): string | undefined => rows[cursor]?.key;

describe('rows', () => {
  test.each([
    ['the worst first, to begin with', [], 'abcd'],
    ['by what lifts first', ['s'], 'dcba'],
    ['by refusals', ['s', 's'], 'bacd'],
    ['by name', ['s', 's', 's'], 'abcd'],
    ['by use again, after all orders', ['s', 's', 's', 's'], 'abcd'],
    ['the other way round', ['S'], 'dcba'],
    ['the other way round, and back', ['S', 'S'], 'abcd'],
    ['a new order begins at its front', ['S', 's'], 'dcba'],
  ])('are sorted %s', (_, keys, order) => {
    expect(keysOf(stateAfter(looked(), press(...keys)))).toBe(order);
  });

  test.each([
    // Every letter counts at once: nobody has to press Enter to see.
    ['while it is typed', ['/', ...'ip/[ab]'], 'ab'],
    ['those that do not match, with "!"', ['/', ...'!ip/[ab]'], 'cd'],
    ['inverted afterwards', ['/', ...'[ab]$', 'enter', '!'], 'cd'],
    ['inverted twice is as before', ['/', ...'[ab]$', 'enter', '!', '!'], 'ab'],
    ['Esc brings back what was there before', ['/', ...'[ab]$', 'enter', '/', 'backspace', 'escape'], 'ab'],
    ['Esc in the list clears it', ['/', ...'[ab]$', 'enter', 'escape'], 'abcd'],
    ['Ctrl-U empties the line', ['/', ...'zzz', 'ctrl+u'], 'abcd'],
    ['a lone "!" is the beginning of one', ['!'], 'abcd'],
    ['what is no expression changes nothing', ['/', ...'(a'], 'abcd'],
  ])('are filtered: %s', (_, keys, order) => {
    expect(keysOf(stateAfter(looked(), press(...keys)))).toBe(order);
  });

  test('a filter that is none is not taken, and says why', () => {
    const state = stateAfter(looked(), press('/'), typed('(a'), press('enter'));
    expect(state.overlay?.kind).toBe('filter');
    expect(state.message?.text).toContain('is not a regular expression');
  });

  test('a filter that takes too long is ended, and all rows stay', () => {
    const slow = named(`${'a'.repeat(40)}!`);
    const state = stateAfter(looked([slow]), press('/'), [{kind: 'pasted', text: 'x'}], press('backspace'));
    const stuck = reduce({...state, filter: '^per-ip/(a+)+$'}, looked([slow]), environment);
    expect(stuck.rows).toHaveLength(1);
    expect(stuck.filterProblem).toContain('takes too long');
  });
});

describe('the cursor', () => {
  const many = Array.from({length: 500}, (_, i) => named(String(i).padStart(3, '0')));
  const page = pageOf(stateAfter(looked(many)));
  test.each([
    ['down', ['j', 'down', 'wheel-down'], 3],
    ['up, not beyond the first', ['j', 'k', 'k'], 0],
    ['to the last', ['G'], 499],
    ['to the last, and not beyond', ['end', 'j', 'page-down'], 499],
    ['back to the first', ['G', 'g'], 0],
    ['a page down', ['page-down'], page - 1],
    ['a page down and up', ['page-down', 'page-up'], 0],
  ])('moves %s', (_, keys, at) => {
    const state = stateAfter(looked(many), press(...keys));
    expect(state.cursor).toBe(at);
    expect(state.top).toBeLessThanOrEqual(at);
    expect(state.top + page).toBeGreaterThan(at);
  });

  test('stays on its row when the order changes, and the row stays on its line', () => {
    const state = stateAfter(looked(many), press('page-down', 'page-down', 'j'));
    const [key, line] = [chosenOf(state), state.cursor - state.top];
    const worse = [
      ...many.slice(400).map((row) => ({...row, state: 'limited' as const})),
      ...many.slice(0, 400),
    ];
    const next = reduce(state, looked(worse), environment);
    expect(chosenOf(next)).toBe(key);
    expect(next.cursor).toBe(state.cursor + 100);
    expect(next.cursor - next.top).toBe(line);
  });

  test('on the first row stays there, whichever row that is', () => {
    const state = stateAfter(looked());
    expect(chosenOf(state)).toBe('a');
    expect(chosenOf(reduce(state, looked(ROWS.slice(1)), environment))).toBe('b');
  });

  test('goes to what took the place of a row that is gone', () => {
    const state = stateAfter(looked(), press('j'));
    expect(chosenOf(state)).toBe('b');
    expect(chosenOf(reduce(state, looked([ROWS[0]!, ROWS[2]!, ROWS[3]!]), environment))).toBe('c');
  });

  test('is on the screen whatever the size', () => {
    for (const lines of [12, 8, 100, 30]) {
      const state = stateAfter(looked(many), press('G'), [{kind: 'resized', columns: 60, lines}]);
      expect(state.cursor).toBe(499);
      expect(state.top + pageOf(state)).toBe(500);
    }
  });

  test.each([
    // Two lines of header, the title, the column titles.
    ['a row', 4 + 3, 3],
    ['the header', 0, 0],
    ['the column titles', 3, 0],
    ['the last line', 29, 0],
  ])('goes where it is clicked: %s', (_, line, cursor) => {
    expect(reduce(stateAfter(looked(many)), {kind: 'clicked', line}, environment).cursor).toBe(cursor);
  });
});

describe('keys that change something', () => {
  const readOnly = looked(ROWS, {readOnly: true});
  test.each(['x', 'D', 'o', 'u'])('%s is not there where nothing may be changed', (key) => {
    const state = stateAfter(readOnly);
    const next = reduce(state, {kind: 'key', name: key}, environment);
    expect(next.overlay).toBeUndefined();
    expect(next.marked.size).toBe(0);
  });

  test('marks stay with their keys', () => {
    const state = stateAfter(looked(), press('x', 'x'));
    expect([...state.marked.values()].map(({key}) => key)).toEqual(['a', 'b']);
    expect(chosenOf(state)).toBe('c');
    expect(stateAfter(looked(), press('x', 'g', 'x')).marked.size).toBe(0);
    expect(stateAfter(looked(), press('x', 'x', 'u')).marked.size).toBe(0);
  });

  test('pasted text is no command', () => {
    expect(stateAfter(looked(), [{kind: 'pasted', text: 'Dq\rx'}])).toEqual(stateAfter(looked()));
  });

  test('pasted text is one line of a prompt', () => {
    const state = stateAfter(looked(), press('/'), [{kind: 'pasted', text: 'per-ip\r\nq'}]);
    expect(state.filter).toBe('per-ip q');
    expect(state.quit).toBe(false);
  });
});

const plan = (more: Partial<ChangePlan> = {}): ChangePlan => ({
  lines: ['reset  1 key would be reset'],
  question: 'type y to reset this key',
  reason: 'optional',
  some: true,
  ...more,
});

const planned = (more: Partial<ChangePlan> = {}, dialog = 1): Action => ({
  kind: 'planned',
  dialog,
  plan: plan(more),
});
const dialogOf = ({overlay}: DashboardState) => (overlay?.kind === 'dialog' ? overlay.dialog : undefined);
const effects = (state: DashboardState, action: Action): readonly string[] =>
  effectsOf(state, reduce(state, action, environment)).map(({kind}) => kind);

describe('a reset', () => {
  test('is planned first, and done only after reason and confirmation', () => {
    const state = stateAfter(looked());
    expect(effects(state, {kind: 'key', name: 'D'})).toEqual(['plan']);
    const asked = stateAfter(looked(), press('D'), planned(), typed('why not'));
    expect(dialogOf(asked)?.step).toBe('reason');
    expect(effects(asked, {kind: 'key', name: 'enter'})).toEqual([]);
    const confirming = stateAfter(looked(), press('D'), planned(), typed('why not'), press('enter', 'y'));
    expect(dialogOf(confirming)).toMatchObject({step: 'confirm', why: 'why not', input: 'y'});
    expect(effects(confirming, {kind: 'key', name: 'enter'})).toEqual(['change']);
  });

  test.each([
    ['while it is planned', press('D')],
    ['at the reason', [...press('D'), planned()]],
    ['at the confirmation', [...press('D'), planned(), ...press('x', 'enter')]],
  ])('is left by Esc %s, and nothing is done', (_, actions) => {
    const state = stateAfter(looked(), actions);
    expect(effects(state, {kind: 'key', name: 'escape'})).toEqual([]);
    expect(reduce(state, {kind: 'key', name: 'escape'}, environment).overlay).toBeUndefined();
  });

  test('an empty confirmation is no', () => {
    const state = stateAfter(looked(), press('D'), planned(), press('enter'));
    expect(dialogOf(state)?.step).toBe('confirm');
    expect(effects(state, {kind: 'key', name: 'enter'})).toEqual([]);
  });

  test('of several keys needs a reason', () => {
    const state = stateAfter(looked(), press('x', 'x', 'D'), planned({reason: 'required'}), press('enter'));
    expect(dialogOf(state)).toMatchObject({step: 'reason', keys: [{key: 'a'}, {key: 'b'}]});
    expect(dialogOf(state)?.lines[0]).toContain('say why');
  });

  test('a plan that comes late is not taken for another one', () => {
    const other = stateAfter(looked(), press('D', 'escape', 'j', 'D'), planned({}, 1));
    expect(dialogOf(other)).toMatchObject({number: 2, step: 'planning', keys: [{key: 'b'}]});
  });

  test('cannot be left while it is done, and tells what came of it', () => {
    const doing = stateAfter(looked(), press('x', 'D'), planned(), press('enter', 'y', 'enter'));
    expect(dialogOf(reduce(doing, {kind: 'key', name: 'escape'}, environment))?.step).toBe('working');
    const done = reduce(doing, {kind: 'changed', dialog: 1, lines: ['1 key reset']}, environment);
    expect(dialogOf(done)).toMatchObject({step: 'ended', lines: ['1 key reset'], role: 'good'});
    expect(done.marked.size).toBe(0);
    expect(reduce(done, {kind: 'key', name: 'enter'}, environment).overlay).toBeUndefined();
    const refused = reduce(doing, {kind: 'refused', dialog: 1, lines: ['not confirmed']}, environment);
    expect(dialogOf(refused)).toMatchObject({step: 'ended', role: 'bad'});
    expect(refused.marked.size).toBe(1);
  });
});

test('an override asks what, why, shows its dry run, and asks', () => {
  const state = stateAfter(looked(), press('o'), typed('--block --for 1h'), press('enter'), typed('scraper'));
  expect(dialogOf(state)).toMatchObject({step: 'reason', what: '--block --for 1h'});
  expect(effects(state, {kind: 'key', name: 'enter'})).toEqual(['plan']);
  const confirming = reduce(reduce(state, {kind: 'key', name: 'enter'}, environment), planned(), environment);
  expect(dialogOf(confirming)).toMatchObject({step: 'confirm', why: 'scraper'});
});

describe('what is done in the world', () => {
  test.each([
    ['r', ['refresh']],
    [' ', ['pause']],
    ['+', ['pace']],
    ['-', ['pace']],
    ['s', ['order']],
    ['y', ['copy']],
    ['m', ['mouse']],
    ['enter', ['explain']],
    ['ctrl+l', ['redraw']],
    ['ctrl+z', ['suspend']],
    ['q', ['quit']],
    ['ctrl+c', ['quit']],
    ['j', []],
    ['tab', []],
    ['?', []],
  ])('%s: %j', (key, kinds) => {
    expect(effects(stateAfter(looked()), {kind: 'key', name: key})).toEqual(kinds);
  });

  test('another context forgets what was seen of the one before', () => {
    const state = stateAfter(looked(), press('x', 'c', 'j'));
    const next = reduce(state, {kind: 'key', name: 'enter'}, environment);
    expect(effectsOf(state, next)).toEqual([{kind: 'switch', context: 'staging'}]);
    expect(next).toMatchObject({look: undefined, rows: [], context: 'staging'});
    expect(next.marked.size).toBe(0);
  });

  test('the interval stays between a quarter of a second and a minute', () => {
    expect(stateAfter(looked(), press(...Array<string>(20).fill('+'))).interval).toBe(250);
    expect(stateAfter(looked(), press(...Array<string>(20).fill('-'))).interval).toBe(60_000);
  });
});

describe('a lost store', () => {
  const lost: Action = {kind: 'lost', reason: 'connection refused', now: NOON_MS + 5_000};
  test('leaves what was seen, and counts from the last look', () => {
    const state = stateAfter(looked(), [lost, {...lost, now: NOON_MS + 9_000}]);
    expect(keysOf(state)).toBe('abcd');
    expect(state.lost).toEqual({since: NOON_MS, reason: 'connection refused'});
  });

  test('is found again by the next look', () => {
    expect(stateAfter(looked(), lost, looked()).lost).toBeUndefined();
  });
});

test('panes come into the middle in turn, and Esc goes back to the keys', () => {
  expect(stateAfter(looked(), press('tab')).pane).toBe('limits');
  expect(stateAfter(looked(), press('shift+tab')).pane).toBe('alerts');
  expect(stateAfter(looked(), press('tab', 'tab', 'escape')).pane).toBe('keys');
});

test('an explanation of a key that was left is not shown', () => {
  const state = stateAfter(looked(), press('enter'));
  const other: Action = {kind: 'explained', key: {limit: 'per-ip', key: 'b'}, answer: {problem: 'x'}};
  expect(reduce(state, other, environment)).toBe(state);
});
