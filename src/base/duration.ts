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
  [604_800_000_000, 'w'],
  [86_400_000_000, 'd'],
  [3_600_000_000, 'h'],
  [60_000_000, 'm'],
  [1_000_000, 's'],
  [1_000, 'ms'],
  [1, 'µs'],
] as const;

/** The shortest exact form with at most two units where that is exact, else the largest unit with one decimal: `1h30m`, `2.5d`. */
export const formatDuration = (us: number): string => {
  if (us === 0) return '0s';
  if (us < 0) return `-${formatDuration(-us)}`;
  for (const [size, unit] of STEPS) {
    if (us < size || (unit === 'w' && us % size !== 0)) continue;
    if (us % size === 0) return `${us / size}${unit}`;
    const next = STEPS[STEPS.findIndex(step => step[1] === unit) + 1];
    const rest = us % size;
    if (next !== undefined && size >= 60_000_000 && rest % next[0] === 0) return `${Math.floor(us / size)}${unit}${rest / next[0]}${next[1]}`;
    return `${(us / size).toFixed(1)}${unit}`;
  }
  return `${us}µs`;
};
