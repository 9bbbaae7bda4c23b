import {formatDuration} from './duration.ts';

/** How long ago something was, for people, rounded down to what matters: `250ms`, `4.2s`, `13s`, `3m12s`. Takes milliseconds. */
export const ageText = (ms: number): string => {
  const size = ms < 1_000 ? 1 : ms < 10_000 ? 100 : 1_000;
  return formatDuration(Math.floor(Math.max(0, ms) / size) * size * 1_000);
};
