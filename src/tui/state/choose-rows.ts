import {isRatectlError} from '../../base/ratectl-error.ts';
import type {StatusKey} from '../../view/model/status-report.ts';
import type {DashboardState} from './dashboard-state.ts';
import {orderOf} from './order.ts';

/** Makes a filter of a text; throws a RatectlError for what is none, and later for one that takes too long. */
export type CompileFilter = (text: string) => (subjects: readonly string[]) => readonly boolean[];

export interface ChosenRows {
  readonly rows: readonly StatusKey[];
  /** Why the filter is not used; then all rows are there. */
  readonly problem: string | undefined;
}

/** The keys of a look that match the filter, in order. */
export const chooseRows = (
  {look, filter, sort, direction}: Pick<DashboardState, 'look' | 'filter' | 'sort' | 'direction'>,
  compile: CompileFilter,
): ChosenRows => {
  const keys = look?.report.keys ?? [];
  const order = orderOf(sort, direction);
  if (filter === '' || filter === '!') return {rows: keys.toSorted(order), problem: undefined};
  try {
    const matches = compile(filter)(keys.map(({limit, key}) => `${limit}/${key}`));
    return {rows: keys.filter((_, i) => matches[i]).sort(order), problem: undefined};
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {rows: keys.toSorted(order), problem: error.message.replace('--filter ', '')};
  }
};
