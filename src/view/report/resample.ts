import type {SeriesPoint} from '../model/activity-report.ts';

export interface Sampled {
  readonly points: readonly SeriesPoint[];
  readonly stepMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths of time that people count in. */
const USUAL = [1, 2, 5, 10, 15, 30]
  .map((minutes) => minutes * MINUTE)
  .concat(
    [1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
    [1, 2, 7, 14].map((days) => days * DAY),
  );

/** How many steps to put together: at least `least`, to a usual length where one is near. */
const groupSize = (least: number, stepMs: number): number => {
  const usual = USUAL.find((length) => length % stepMs === 0 && length / stepMs >= least);
  return usual !== undefined && usual / stepMs <= 2 * least ? usual / stepMs : least;
};

/** Neighbours put together until there are at most `room` points. */
export const resample = (points: readonly SeriesPoint[], stepMs: number, room: number): Sampled => {
  const least = Math.max(1, Math.ceil(points.length / Math.max(1, room)));
  if (least === 1) return {points, stepMs};
  const size = groupSize(least, stepMs);
  const sampled: SeriesPoint[] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const sum = (column: 'allowed' | 'denied' | 'shadowDenied'): number =>
      group.reduce((total, point) => total + point[column], 0);
    sampled.push({
      at: group[0]!.at,
      allowed: sum('allowed'),
      denied: sum('denied'),
      shadowDenied: sum('shadowDenied'),
    });
  }
  return {points: sampled, stepMs: stepMs * size};
};

/** Numbers put together (added up) until there are at most `room`. */
export const resampleNumbers = (values: readonly number[], room: number): readonly number[] => {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, room)));
  if (size === 1) return values;
  const sampled: number[] = [];
  for (let start = 0; start < values.length; start += size)
    sampled.push(values.slice(start, start + size).reduce((sum, value) => sum + value, 0));
  return sampled;
};
