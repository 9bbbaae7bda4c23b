import type {Forecast, WeekPattern} from '../../view/model/activity-report.ts';
import type {Sums} from './activity-sums.ts';
import {forecastDemand} from './forecast-demand.ts';
import {weekPattern} from './week-pattern.ts';

const HOUR = 3_600_000_000;

/** What a step of a series held; it begins at `at`, µs. */
export type Step = Readonly<Sums> & {readonly at: number};

/** The steps put together to hours; undefined where they are longer than one. */
const hoursOf = (steps: readonly Step[], step: number): readonly Step[] | undefined => {
  if (steps.length === 0 || step > HOUR) return undefined;
  const hours = new Map<number, Sums & {at: number}>();
  for (const {at, allowed, denied, shadowDenied} of steps) {
    const start = Math.floor(at / HOUR) * HOUR;
    const hour = hours.get(start) ?? {at: start, allowed: 0, denied: 0, shadowDenied: 0};
    hour.allowed += allowed;
    hour.denied += denied;
    hour.shadowDenied += shadowDenied;
    hours.set(start, hour);
  }
  return [...hours.values()];
};

export const weekOf = (steps: readonly Step[], step: number, timeZone: string): WeekPattern | null =>
  weekPattern(hoursOf(steps, step) ?? [], timeZone) ?? null;

/** The first and last hour of a recording are not whole. */
export const forecastOf = (
  steps: readonly Step[],
  step: number,
): {readonly forecast: Forecast; readonly lately: number} => {
  const hours = hoursOf(steps, step)?.slice(1, -1);
  if (hours === undefined || hours.length === 0)
    return {forecast: {kind: 'none', why: 'there are no whole hours to learn from'}, lately: 0};
  const requests = hours.map(({allowed, denied}) => allowed + denied);
  const forecast = forecastDemand({from: hours[0]!.at, requests});
  const count = forecast.kind === 'none' ? 0 : forecast.points.length;
  return {
    forecast,
    lately: count === 0 ? 0 : requests.slice(-count).reduce((sum, one) => sum + one, 0),
  };
};
