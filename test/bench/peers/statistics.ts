import {median} from '../../../src/bench/noise.ts';

export {median};

/** Quotients of two contenders, round by round: what both suffered alike falls out. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export const ratioOf = (ours: readonly number[], theirs: readonly number[]): Ratio => {
  const quotients = ours.map((own, round) => own / theirs[round]!);
  return {median: median(quotients), least: Math.min(...quotients), most: Math.max(...quotients)};
};

export const ratioText = ({median, least, most}: Ratio): string =>
  `${rounded(median)} (${rounded(least)}–${rounded(most)})`;

/** Two figures that mean something. */
export const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const UNITS = [
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 165,731 → `166k`. */
export const short = (value: number): string => {
  for (const [unit, letter] of UNITS)
    if (value >= unit) return `${(value / unit).toFixed(value / unit < 10 ? 1 : 0)}${letter}`;
  return value.toFixed(value < 10 ? 2 : 0);
};
