import {type Micros, micros} from './micros.ts';

const UNIT_MICROS: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};

const PART = /(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d|w)/y;

/**
 * Parses `250ms`, `1.5s`, `1h30m`, `7d` into whole microseconds. Returns `undefined` for anything else, for a value
 * that is not a whole number of microseconds, and for one beyond 2^53.
 */
export const parseDuration = (text: string): Micros | undefined => {
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return undefined;
    total += Number(match[1]) * UNIT_MICROS[match[2] as string]!;
  }
  const rounded = Math.round(total);
  const whole = text.length > 0 && Math.abs(total - rounded) < 1e-6 && Number.isSafeInteger(rounded);
  return whole ? micros(rounded) : undefined;
};

const STEPS = [
  [86_400_000_000, 'd', 3_600_000_000],
  [3_600_000_000, 'h', 60_000_000],
  [60_000_000, 'm', 1_000_000],
  [1_000_000, 's', 1_000],
  [1_000, 'ms', 1],
  [1, 'µs', 0.001],
] as const;

/**
 * For people: `7d`, `1h30m`, `1.25s`, `250ms`. At most two units, the second one whole; below a minute one unit with at most
 * three decimals. Exact wherever that form can be; else rounded in it (`1d1h1m` is `1d1h`). Whole weeks are `2w`.
 */
export const formatDuration = (us: number): string => {
  if (us === 0) return '0s';
  if (us < 0) return `-${formatDuration(-us)}`;
  if (us % UNIT_MICROS['w']! === 0) return `${us / UNIT_MICROS['w']!}w`;
  const [size, unit, finer] = STEPS.find(([step]) => us >= step) ?? [1, 'µs', 0.001];
  // Rounding can reach the next unit (59.9996s): what was rounded is formatted again, now exactly.
  const rounded = finer < 1 ? us : Math.round(us / finer) * finer;
  if (rounded !== us) return formatDuration(rounded);
  if (size < 60_000_000) return `${Number((us / size).toFixed(3))}${unit}`;
  const rest = us % size;
  return `${Math.floor(us / size)}${unit}${rest === 0 ? '' : formatDuration(rest)}`;
};
