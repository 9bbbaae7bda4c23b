import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {forecastDemand} from '../../../src/operate/report/forecast-demand.ts';
import {at} from '../../support/instants.ts';

const FROM = at('2026-11-02T00:00:00Z');
const DAY = 24;
const forecastOf = (requests: readonly number[]) => {
  const forecast = forecastDemand({from: FROM, requests});
  if (forecast.kind === 'none') throw new Error(forecast.why);
  return forecast;
};
const hours = (count: number, requestsAt: (hour: number) => number): number[] =>
  Array.from({length: count}, (_, hour) => requestsAt(hour));

describe('the forecast', () => {
  test('of the example: 100, 80 and 60 requests one, two and three weeks ago', () => {
    const forecast = forecastOf(
      hours(21 * DAY, (hour) => (hour % 168 === 0 ? [60, 80, 100][Math.floor(hour / 168)]! : 10)),
    );
    expect(forecast.points[0]).toMatchObject({at: '2026-11-23T00:00:00.000Z', expected: 89});
    expect(forecast.points).toHaveLength(168);
  });

  test('of what repeats every day is what repeats, and its bounds are narrow', () => {
    const {points, total, covered, peak} = forecastOf(hours(5 * DAY, (hour) => 100 + (hour % DAY) * 10));
    expect(points.map(({expected}) => expected)).toEqual(hours(DAY, (hour) => 100 + hour * 10));
    expect(points.every(({low, expected, high}) => low === expected && high === expected)).toBe(true);
    expect(total).toEqual({expected: 5_160, low: 5_160, high: 5_160});
    expect(peak.at).toBe('2026-11-07T23:00:00.000Z');
    expect(covered).toBe(1);
  });

  test.each([
    ['no whole hour was counted yet', hours(30 * DAY, () => 0)],
    ['71 h were counted; three days show how a day goes, fifteen days how a week does', hours(71, () => 5)],
    // What lies before the first request is no quiet week.
    [
      '10 h were counted; three days show how a day goes, fifteen days how a week does',
      [...hours(600, () => 0), ...hours(10, () => 5)],
    ],
  ])('is none when %s', (why, requests) => {
    expect(forecastDemand({from: FROM, requests})).toEqual({kind: 'none', why});
  });

  test('never is negative, and lies within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), {minLength: 72, maxLength: 800}), (requests) => {
        const forecast = forecastDemand({from: FROM, requests});
        if (forecast.kind === 'none') return;
        for (const {low, expected, high} of [...forecast.points, forecast.total]) {
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(expected);
          expect(high).toBeGreaterThanOrEqual(expected);
        }
      }),
      {numRuns: 50},
    );
  });
});
