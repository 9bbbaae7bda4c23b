import type {StatusKey} from '../../view/model/status-report.ts';
import {rowId} from '../data/row-id.ts';
import type {DashboardState} from './dashboard-state.ts';
import {pageOf} from './layout.ts';

/** The row under the cursor. */
export const chosenRow = ({rows, cursor}: Pick<DashboardState, 'rows' | 'cursor'>): StatusKey | undefined =>
  rows[cursor];

/** With the cursor on a row that there is, and that row on the screen. */
export const withCursor = (state: DashboardState, cursor: number): DashboardState => {
  const last = Math.max(0, state.rows.length - 1);
  const at = Math.min(last, Math.max(0, cursor));
  const row = state.rows[at];
  const page = pageOf({...state, pane: 'keys'});
  const top = Math.min(Math.max(0, state.rows.length - page), Math.max(0, state.top));
  return {
    ...state,
    cursor: at,
    top: at < top ? at : at >= top + page ? at - page + 1 : top,
    // At the very top it is the first row that is looked at, whichever comes there.
    chosen: at === 0 || row === undefined ? undefined : rowId(row),
  };
};

/** With other rows: the chosen one stays chosen where it is found again. */
export const withRows = (state: DashboardState, rows: readonly StatusKey[]): DashboardState => {
  const {chosen, cursor} = state;
  const next = {...state, rows};
  if (chosen === undefined) return withCursor(next, 0);
  const near = rows[cursor];
  const found =
    near !== undefined && rowId(near) === chosen ? cursor : rows.findIndex((row) => rowId(row) === chosen);
  return found < 0 ? withCursor(next, cursor) : keepingPlace(next, found);
};

/** The chosen row moved: the screen moves with it, so that the eye finds it on the same line. */
const keepingPlace = (state: DashboardState, at: number): DashboardState =>
  withCursor({...state, top: Math.max(0, state.top + at - state.cursor)}, at);
