import {STATUS_SORTS} from '../../operate/status/status-order.ts';
import {TIME_FORMATS} from '../../view/when.ts';
import type {ExplainedKey} from '../data/loader.ts';
import {rowId} from '../data/row-id.ts';
import type {Command} from '../keys/keymap.ts';
import type {DashboardState} from './dashboard-state.ts';
import type {Dialog} from './dialog-state.ts';
import {countOf, pageOf} from './layout.ts';
import {chosenRow, withCursor} from './move.ts';
import {OPTIONAL_PANES, PANES} from './panes.ts';
import {type ChooseEnvironment, rechosen} from './rechosen.ts';

/** Times between two looks that + and - go through, ms. */
const INTERVALS = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];

/** What a command makes of the dashboard while no text is typed. */
export const runCommand = (
  state: DashboardState,
  command: Command,
  environment: ChooseEnvironment,
): DashboardState => {
  switch (command) {
    case 'quit':
      return state.overlay === undefined ? {...state, quit: true} : {...state, overlay: undefined, scroll: 0};
    case 'back':
      return back(state, environment);
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
    case 'first':
    case 'last':
      return moved(state, command);
    case 'next-pane':
      return turned(state, 1);
    case 'previous-pane':
      return turned(state, -1);
    case 'open':
      return opened(state);
    case 'filter':
      return filtering(state, state.filter);
    case 'invert': {
      const {filter} = state;
      const inverted = filter.startsWith('!') ? filter.slice(1) : `!${filter}`;
      return filter === '' ? filtering(state, '!') : rechosen({...state, filter: inverted}, environment);
    }
    case 'sort': {
      const sort = STATUS_SORTS[(STATUS_SORTS.indexOf(state.sort) + 1) % STATUS_SORTS.length]!;
      return rechosen({...state, sort, direction: 'forward'}, environment);
    }
    case 'reverse': {
      const direction = state.direction === 'forward' ? 'reverse' : 'forward';
      return rechosen({...state, direction}, environment);
    }
    case 'pause':
      return {...state, paused: !state.paused};
    case 'faster':
      return {...state, interval: INTERVALS.findLast((one) => one < state.interval) ?? state.interval};
    case 'slower':
      return {...state, interval: INTERVALS.find((one) => one > state.interval) ?? state.interval};
    case 'times': {
      const timeFormat = TIME_FORMATS[(TIME_FORMATS.indexOf(state.timeFormat) + 1) % TIME_FORMATS.length]!;
      return {...state, timeFormat};
    }
    case 'refresh':
    case 'redraw':
    case 'suspend':
      return {...state, requests: {...state.requests, [command]: state.requests[command] + 1}};
    case 'context':
      return choosingContext(state);
    case 'copy':
      return copied(state);
    case 'mark':
      return marked(state);
    case 'unmark':
      return {...state, marked: new Map()};
    case 'reset':
    case 'override':
      return asking(state, command);
    case 'mouse':
      return {...state, mouse: state.mouse === 'on' ? 'off' : 'on'};
    case 'help':
      return {...state, overlay: state.overlay?.kind === 'help' ? undefined : {kind: 'help'}, scroll: 0};
  }
};

const back = (state: DashboardState, environment: ChooseEnvironment): DashboardState => {
  if (state.overlay !== undefined) return {...state, overlay: undefined, scroll: 0};
  if (state.pane !== 'keys') return {...state, pane: 'keys', scroll: 0};
  if (state.filter !== '') return rechosen({...state, filter: ''}, environment);
  return state;
};

type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

const moved = (state: DashboardState, move: Move): DashboardState => {
  const page = Math.max(1, pageOf(state) - 1);
  const by = {up: -1, down: 1, 'page-up': -page, 'page-down': page, first: -1e9, last: 1e9}[move];
  if (state.overlay === undefined && state.pane === 'keys') return withCursor(state, state.cursor + by);
  // How far a text can be scrolled is known where it is drawn, and told then.
  return {...state, scroll: Math.max(0, state.scroll + by)};
};

const turned = (state: DashboardState, by: number): DashboardState => {
  if (state.overlay !== undefined) return state;
  const panes = PANES.filter(
    (name) => name === state.pane || !OPTIONAL_PANES.includes(name) || countOf(name, state) > 0,
  );
  const at = (panes.indexOf(state.pane) + by + panes.length) % panes.length;
  return withCursor({...state, pane: panes[at]!, scroll: 0}, state.cursor);
};

const keyOf = (state: DashboardState): ExplainedKey | undefined => {
  if (state.overlay?.kind === 'detail') return state.overlay.key;
  if (state.overlay !== undefined || state.pane !== 'keys') return undefined;
  const row = chosenRow(state);
  return row && {limit: row.limit, key: row.key};
};

const opened = (state: DashboardState): DashboardState => {
  const key = keyOf(state);
  const row = chosenRow(state);
  if (key === undefined || row === undefined || state.overlay !== undefined) return state;
  return {...state, scroll: 0, overlay: {kind: 'detail', key, tier: row.tier, answer: undefined}};
};

const filtering = (state: DashboardState, text: string): DashboardState =>
  state.overlay === undefined
    ? {...state, pane: 'keys', overlay: {kind: 'filter', text, before: state.filter}}
    : state;

const choosingContext = (state: DashboardState): DashboardState => {
  if (state.overlay !== undefined) return state;
  if (state.contexts.length === 0)
    return {
      ...state,
      message: {text: 'there are no contexts: ratectl context add NAME --store URL', role: undefined},
    };
  const current = state.context ?? state.look?.contextName;
  const cursor = Math.max(
    0,
    state.contexts.findIndex(({name}) => name === current),
  );
  return {...state, overlay: {kind: 'contexts', cursor}};
};

const copied = (state: DashboardState): DashboardState => {
  const key = keyOf(state);
  if (key === undefined) return state;
  const text = `${key.limit}/${key.key}`;
  return {
    ...state,
    copied: {number: state.copied.number + 1, text},
    message: {text: `copied ${text}`, role: 'good'},
  };
};

const marked = (state: DashboardState): DashboardState => {
  const row = chosenRow(state);
  if (row === undefined || state.overlay !== undefined || state.pane !== 'keys') return state;
  const id = rowId(row);
  const next = new Map(state.marked);
  if (!next.delete(id)) next.set(id, {limit: row.limit, key: row.key});
  return withCursor({...state, marked: next}, state.cursor + 1);
};

const asking = (state: DashboardState, action: Dialog['action']): DashboardState => {
  const own = keyOf(state);
  const many = action === 'reset' && state.overlay === undefined ? [...state.marked.values()] : [];
  // A key that is marked in two tiers is reset once: in all of its tiers.
  const distinct = [...new Map(many.map((key) => [`${key.limit}/${key.key}`, key])).values()];
  const keys = distinct.length > 0 ? distinct : own === undefined ? [] : [own];
  if (keys.length === 0) return state;
  const number = state.dialogs + 1;
  const dialog: Dialog = {
    number,
    action,
    keys,
    step: action === 'reset' ? 'planning' : 'what',
    input: '',
    what: '',
    why: '',
    typed: '',
    plan: undefined,
    lines: [],
    role: undefined,
  };
  return {...state, dialogs: number, overlay: {kind: 'dialog', dialog}};
};
