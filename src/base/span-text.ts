import {formatDuration} from './duration.ts';

/** A wait for people, rounded up to what matters: `250ms`, `4.2s`, `13s`, `3m12s`. Takes whole milliseconds. */
export const spanText = (ms: number): string => {
  const size = ms < 1_000 ? 1 : ms < 10_000 ? 100 : 1_000;
  return formatDuration(Math.ceil(ms / size) * size * 1_000);
};
