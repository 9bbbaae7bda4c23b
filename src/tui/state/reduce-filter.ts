import type {DashboardState, Overlay} from './dashboard-state.ts';
import {editLine} from './edit-line.ts';
import {type ChooseEnvironment, rechosen} from './rechosen.ts';

/** A key while the filter is typed: the rows follow every letter. */
export const reduceFilter = (
  state: DashboardState,
  overlay: Extract<Overlay, {kind: 'filter'}>,
  name: string,
  environment: ChooseEnvironment,
): DashboardState => {
  const {text, before} = overlay;
  if (name === 'escape') return rechosen({...state, overlay: undefined, filter: before}, environment);
  if (name === 'enter') {
    const {filterProblem} = state;
    if (filterProblem === undefined) return {...state, overlay: undefined};
    return {...state, message: {text: filterProblem, role: 'bad'}};
  }
  const edited = editLine(text, name);
  if (edited === undefined) return state;
  return withFilter(state, overlay, edited, environment);
};

/** With another text in the line. */
export const withFilter = (
  state: DashboardState,
  overlay: Extract<Overlay, {kind: 'filter'}>,
  text: string,
  environment: ChooseEnvironment,
): DashboardState => rechosen({...state, overlay: {...overlay, text}, filter: text}, environment);
