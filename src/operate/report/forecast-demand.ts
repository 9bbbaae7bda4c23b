/**
 * Requests of the next hours from those of the last weeks. Simple on purpose, and it says what it does:
 *
 *     expected(h) = Σ wₖ × requests(h − k × season) ÷ Σ wₖ      k = 1 … 4, wₖ = ½ᵏ
 *     low, high   = expected × the 10th and 90th percentile of actual ÷ expected, tried on every past hour with a season before it
 *
 * The season is a week where at least fifteen days are known, else a day where three are. An hour that was 100, 80 and 60 one, two and
 * three weeks ago is expected to be (50 + 20 + 7.5) ÷ 0.875 = 88.6.
 */
import {toRfc3339} from '../../base/micros.ts';
import type {Forecast, ForecastPoint, ForecastValue} from '../../view/model/activity-report.ts';

const HOUR = 3_600_000_000;
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;
const SEASONS = 4;
const LOW = 0.1;
const HIGH = 0.9;
/** Past hours that bounds are taken from, at least. */
const LEAST_TRIED = 24;

/** The requests of whole hours, gapless, in order; `from` is where the first begins, µs. */
export interface HourlyDemand {
  readonly from: number;
  readonly requests: readonly number[];
}

export const forecastDemand = ({from, requests}: HourlyDemand): Forecast => {
  // Hours before anything was counted say nothing about a week.
  const first = requests.findIndex((count) => count > 0);
  if (first < 0) return {kind: 'none', why: 'no whole hour was counted yet'};
  const known = requests.slice(first);
  const season = seasonOf(known.length);
  if (season === undefined)
    return {
      kind: 'none',
      why: `${known.length} h were counted; three days show how a day goes, fifteen days how a week does`,
    };
  const tried = triedHours(known, season);
  const [low, high] = [quantile(tried.ratios, LOW), quantile(tried.ratios, HIGH)];
  const start = from + requests.length * HOUR;
  const points = Array.from(
    {length: season},
    (_, i): ForecastPoint => ({
      at: toRfc3339(start + i * HOUR),
      ...bounded(expectedAt(known, known.length + i, season), low, high),
    }),
  );
  return {
    kind: 'forecast',
    method: methodText(season, Math.min(SEASONS, Math.floor(known.length / season)), tried.ratios.length),
    stepMs: HOUR / 1_000,
    points,
    total: totalOf(points, known, season),
    peak: points.reduce((most, point) => (point.expected > most.expected ? point : most)),
    covered: tried.covered,
  };
};

const seasonOf = (hours: number): number | undefined => {
  if (hours >= 2 * WEEK_HOURS + DAY_HOURS) return WEEK_HOURS;
  return hours >= 3 * DAY_HOURS ? DAY_HOURS : undefined;
};

const methodText = (season: number, seasons: number, tried: number): string =>
  `each hour is expected to be like the same hour of the last ${seasons} ${season === WEEK_HOURS ? 'weeks' : 'days'}, each weighing half of the one after it; bounds: 8 of 10 of ${tried} past hours tried this way lay between them`;

/** From what lies before `at`, which may itself be unknown. */
const expectedAt = (known: readonly number[], at: number, season: number): number => {
  let sum = 0;
  let weights = 0;
  for (let k = 1, weight = 0.5; k <= SEASONS; k++, weight /= 2) {
    const past = known[at - k * season];
    if (past === undefined) continue;
    sum += weight * past;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
};

/** One more on both sides, so that hours without requests have a ratio, too. */
const ratioOf = (actual: number, expected: number): number => (actual + 1) / (expected + 1);

interface Tried {
  readonly ratios: readonly number[];
  /** Of the newer half, what lay within the bounds of the older half. */
  readonly covered: number | null;
}

const triedHours = (known: readonly number[], season: number): Tried => {
  const ratios: number[] = [];
  for (let at = season; at < known.length; at++)
    ratios.push(ratioOf(known[at]!, expectedAt(known, at, season)));
  const half = Math.floor(ratios.length / 2);
  if (half < LEAST_TRIED) return {ratios, covered: null};
  const older = ratios.slice(0, half);
  const [low, high] = [quantile(older, LOW), quantile(older, HIGH)];
  const newer = ratios.slice(half);
  return {ratios, covered: newer.filter((ratio) => ratio >= low && ratio <= high).length / newer.length};
};

const bounded = (expected: number, low: number, high: number): ForecastValue => ({
  expected: Math.round(expected),
  low: Math.round(Math.min(expected, Math.max(0, (expected + 1) * low - 1))),
  high: Math.round(Math.max(expected, (expected + 1) * high - 1)),
});

/** Hours that are low do not all come together: sums of whole days are tried, not hours. */
const totalOf = (
  points: readonly ForecastPoint[],
  known: readonly number[],
  season: number,
): ForecastValue => {
  const expected = points.reduce((sum, point) => sum + point.expected, 0);
  const ratios: number[] = [];
  for (let end = season + DAY_HOURS; end <= known.length; end++) {
    let actual = 0;
    let foreseen = 0;
    for (let at = end - DAY_HOURS; at < end; at++) {
      actual += known[at]!;
      foreseen += expectedAt(known, at, season);
    }
    ratios.push(ratioOf(actual, foreseen));
  }
  return bounded(expected, quantile(ratios, LOW), quantile(ratios, HIGH));
};

/** By nearest rank. */
const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 1;
};
