import {type CompileFilter, chooseRows} from './choose-rows.ts';
import type {DashboardState} from './dashboard-state.ts';
import {withRows} from './move.ts';

/** What the reducer cannot do by itself. */
export interface ChooseEnvironment {
  readonly compile: CompileFilter;
}

/** With the rows that look, filter and order ask for. */
export const rechosen = (state: DashboardState, {compile}: ChooseEnvironment): DashboardState => {
  const {rows, problem} = chooseRows(state, compile);
  return withRows({...state, filterProblem: problem}, rows);
};
