import {rowId} from '../data/row-id.ts';
import {commandOf} from '../keys/keymap.ts';
import type {Action} from './actions.ts';
import type {DashboardState} from './dashboard-state.ts';
import {layoutOf} from './layout.ts';
import {withCursor} from './move.ts';
import {type ChooseEnvironment, rechosen} from './rechosen.ts';
import {reduceContexts} from './reduce-contexts.ts';
import {reduceDialog, withPasted} from './reduce-dialog.ts';
import {reduceFilter, withFilter} from './reduce-filter.ts';
import {runCommand} from './run-command.ts';

/** What becomes of the dashboard. Pure: the same state and action give the same state. */
export const reduce = (
  state: DashboardState,
  action: Action,
  environment: ChooseEnvironment,
): DashboardState => {
  switch (action.kind) {
    case 'looked':
      return rechosen(
        {...state, look: action.look, lost: undefined, now: Math.max(state.now, action.look.at)},
        environment,
      );
    case 'lost':
      return {
        ...state,
        now: action.now,
        lost: {since: state.lost?.since ?? state.look?.at ?? action.now, reason: action.reason},
      };
    case 'measured':
      return state.scroll > action.most ? {...state, scroll: action.most} : state;
    case 'ticked':
      return {...state, now: action.now};
    case 'resized':
      return withCursor({...state, columns: action.columns, lines: action.lines}, state.cursor);
    case 'explained': {
      const {overlay} = state;
      if (overlay?.kind !== 'detail') return state;
      const {limit, key} = overlay.key;
      if (limit !== action.key.limit || key !== action.key.key) return state;
      return {...state, overlay: {...overlay, answer: action.answer}};
    }
    case 'key':
      return reduceKey({...state, message: undefined}, action.name, environment);
    case 'pasted':
      return pasted(state, action.text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim(), environment);
    case 'clicked':
      return clicked(state, action.line);
    case 'planned':
    case 'changed':
    case 'refused': {
      const {overlay} = state;
      if (overlay?.kind !== 'dialog' || overlay.dialog.number !== action.dialog) return state;
      const next = {...state, overlay: {...overlay, dialog: reduceDialog(overlay.dialog, action)}};
      return action.kind === 'changed' ? refreshed({...next, marked: new Map()}) : next;
    }
  }
};

const reduceKey = (state: DashboardState, name: string, environment: ChooseEnvironment): DashboardState => {
  if (name === 'ctrl+c') return {...state, quit: true};
  const {overlay} = state;
  if (overlay?.kind === 'filter') return reduceFilter(state, overlay, name, environment);
  if (overlay?.kind === 'contexts') return reduceContexts(state, overlay, name);
  if (overlay?.kind === 'dialog') {
    const dialog = reduceDialog(overlay.dialog, {kind: 'key', name});
    return {...state, overlay: dialog === undefined ? undefined : {...overlay, dialog}};
  }
  const command = commandOf(name, state.look?.readOnly === false ? 'read-write' : 'read-only');
  return command === undefined ? state : runCommand(state, command, environment);
};

/** Pasted text is never a command. It is taken as one: for each of its letters all rows would be chosen anew. */
const pasted = (state: DashboardState, text: string, environment: ChooseEnvironment): DashboardState => {
  const {overlay} = state;
  if (overlay?.kind === 'filter') return withFilter(state, overlay, overlay.text + text, environment);
  if (overlay?.kind !== 'dialog') return state;
  return {...state, overlay: {...overlay, dialog: withPasted(overlay.dialog, text)}};
};

const clicked = (state: DashboardState, line: number): DashboardState => {
  if (state.overlay !== undefined || state.pane !== 'keys') return state;
  const {mainAt, main} = layoutOf(state);
  const at = line - mainAt - 2;
  if (at < 0 || at >= main.lines - 2 || state.top + at >= state.rows.length) return state;
  const row = state.rows[state.top + at]!;
  return {...state, cursor: state.top + at, chosen: rowId(row)};
};

const refreshed = (state: DashboardState): DashboardState => ({
  ...state,
  requests: {...state.requests, refresh: state.requests.refresh + 1},
});
