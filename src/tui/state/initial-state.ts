import type {StatusSort} from '../../operate/status/status-order.ts';
import type {TimeFormat} from '../../view/when.ts';
import type {ContextChoice, DashboardState} from './dashboard-state.ts';

export interface InitialFacts {
  readonly columns: number;
  readonly lines: number;
  readonly now: number;
  readonly sort: StatusSort;
  readonly direction: 'forward' | 'reverse';
  readonly timeFormat: TimeFormat;
  /** ms. */
  readonly interval: number;
  readonly contexts: readonly ContextChoice[];
}

export const initialState = (facts: InitialFacts): DashboardState => ({
  ...facts,
  look: undefined,
  lost: undefined,
  rows: [],
  filter: '',
  filterProblem: undefined,
  paused: false,
  mouse: 'on',
  pane: 'keys',
  chosen: undefined,
  cursor: 0,
  top: 0,
  scroll: 0,
  marked: new Map(),
  overlay: undefined,
  message: undefined,
  context: undefined,
  requests: {refresh: 0, redraw: 0, suspend: 0},
  dialogs: 0,
  copied: {number: 0, text: ''},
  quit: false,
});
