import type {WeekCell, WeekHour, WeekPattern} from '../../view/model/activity-report.ts';
import {weekPlaces} from './local-time.ts';

const HOUR = 3_600_000_000;
const DAY_HOURS = 24;

/** What one hour held; µs. */
export interface HourCounts {
  readonly at: number;
  readonly allowed: number;
  readonly denied: number;
}

/**
 * The average of the hours that lie at the same place of the week in a zone. Undefined for less than a day of hours. An hour is
 * counted where it begins, also in zones that are half an hour off; one that the range only touches counts as it was found.
 */
export const weekPattern = (hours: readonly HourCounts[], timeZone: string): WeekPattern | undefined => {
  if (hours.length < DAY_HOURS) return undefined;
  const placeOf = weekPlaces(timeZone);
  const sums = Array.from({length: 7}, () =>
    Array.from({length: DAY_HOURS}, () => ({requests: 0, denied: 0, hours: 0})),
  );
  for (const {at, allowed, denied} of hours) {
    const {day, hour} = placeOf(Math.floor(at / HOUR) * HOUR);
    const cell = sums[day]![hour]!;
    cell.requests += allowed + denied;
    cell.denied += denied;
    cell.hours++;
  }
  const days = sums.map((day) =>
    day.map(({requests, denied, hours: n}) =>
      n === 0 ? null : {requests: requests / n, denied: denied / n},
    ),
  );
  const busiest = mostOf(days, ({requests}) => requests);
  if (busiest === undefined) return undefined;
  return {days, busiest, mostDenied: mostOf(days, ({denied}) => denied) ?? null};
};

/** The first place with the most; undefined where there is nothing. */
const mostOf = (
  days: readonly (readonly (WeekCell | null)[])[],
  measure: (cell: WeekCell) => number,
): WeekHour | undefined => {
  let most: WeekHour | undefined;
  for (const [day, hours] of days.entries())
    for (const [hour, cell] of hours.entries())
      if (cell !== null && measure(cell) > (most === undefined ? 0 : measure(most)))
        most = {day, hour, ...cell};
  return most;
};
