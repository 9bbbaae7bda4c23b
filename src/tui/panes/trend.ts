import {spark} from '../../view/spark.ts';
import type {Style} from '../../view/style.ts';

/** Values as one line of columns. `full` is the value that fills a column; without it the largest does. */
export const trend = (values: readonly number[], style: Pick<Style, 'ascii'>, full?: number): string => {
  if (full === undefined) return spark(values, 1, style)[0]!;
  // One more value sets the scale, and is cut off again.
  return spark([...values.map((value) => Math.min(value, full)), full], 1, style)[0]!.slice(0, -1);
};

/** The last `width` of them, as many as there is room for. */
export const newest = (values: readonly number[], width: number): readonly number[] =>
  values.slice(Math.max(0, values.length - width));
