/** What is aimed for, and why it is not reached where it is not. */
import type {Measured, Row} from './measured.ts';
import {median, ratioOf, ratioText, rounded, short} from './statistics.ts';

export interface Goal {
  readonly title: string;
  readonly table: string;
  /** The row that has to be good; the table's first when it is left out. */
  readonly row?: string;
  /** Whose figure it is compared with; undefined: the figure itself. */
  readonly peer?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What is in the way; shown when the goal is missed. */
  readonly reason: string;
}

export type Verdict = 'met' | 'missed' | 'within the noise';

export interface Judged {
  readonly goal: Goal;
  readonly measured: string;
  readonly verdict: Verdict;
}

/** Undefined when it was not measured this time. */
export const judge = (goal: Goal, tables: readonly Measured[]): Judged | undefined => {
  const table = tables.find(({id}) => id === goal.table);
  const own = goal.row === undefined ? table?.rows[0] : rowOf(table, goal.row);
  if (table === undefined || own === undefined) return undefined;
  if (goal.peer === undefined) {
    const value = median(own.values);
    const shown =
      table.unit === 'per second' ? `${short(value)} per second` : `${rounded(value)} ${table.unit}`;
    return {goal, measured: shown, verdict: verdictOf(goal, value, [...own.values])};
  }
  const peer = rowOf(table, goal.peer);
  if (peer === undefined) return undefined;
  // What has one round is compared with the median.
  const single = peer.values.length === 1;
  const ours = single ? [median(own.values)] : own.values;
  const isTime = table.unit !== 'per second' && goal.atLeast !== undefined;
  const ratio = isTime ? ratioOf(peer.values, ours) : ratioOf(ours, peer.values);
  return {
    goal,
    measured: `${ratioText(ratio)} ×`,
    verdict: verdictOf(goal, ratio.median, [ratio.least, ratio.most]),
  };
};

const rowOf = (table: Measured | undefined, name: string): Row | undefined =>
  table?.rows.find((row) => row.name === name);

const verdictOf = ({atMost, atLeast}: Goal, value: number, range: readonly number[]): Verdict => {
  const good = (figure: number): boolean =>
    (atMost === undefined || figure <= atMost) && (atLeast === undefined || figure >= atLeast);
  if (good(value)) return 'met';
  return range.some(good) ? 'within the noise' : 'missed';
};

/** In words: `at least 1.8 × bare pg`. */
export const aimOf = ({atMost, atLeast, peer}: Goal, unit: Measured['unit']): string => {
  const bound =
    atMost === undefined ? `at least ${show(atLeast!, peer, unit)}` : `at most ${show(atMost, peer, unit)}`;
  return peer === undefined ? bound : `${bound} × “${peer}”`;
};

const show = (value: number, peer: string | undefined, unit: Measured['unit']): string => {
  if (peer !== undefined) return String(value);
  return unit === 'per second' ? `${value.toLocaleString('en')} per second` : `${value} ${unit}`;
};
