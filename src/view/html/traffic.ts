import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport, SeriesPoint} from '../model/activity-report.ts';
import {resample} from '../report/resample.ts';
import {clockOf, countedWord, rangeText} from '../report/words.ts';
import {html, type Markup} from './markup.ts';
import {type PlotSeries, timePlot} from './time-plot.ts';

/** Steps that are drawn, and that a table lists. */
const MOST_STEPS = 1_500;
const MOST_ROWS = 120;

export const trafficPlot = (report: ActivityReport): Markup | undefined => {
  const {series, before, timeZone, totals} = report;
  if (series.points.length < 2 || totals.requests === 0) return undefined;
  const clock = clockOf(report);
  const word = countedWord(report);
  const {points, stepMs} = resample(series.points, series.stepMs, MOST_STEPS);
  const earlier = before === null ? [] : beside(before.points, report);
  const refused: PlotSeries[] = [
    {name: 'refused', kind: 'area', colour: 'refused', values: points.map(({denied}) => denied)},
  ];
  if (totals.shadowDenied > 0)
    refused.push({
      name: 'refused in shadow',
      kind: 'line',
      colour: 'shadow',
      values: points.map(({shadowDenied}) => shadowDenied),
    });
  const allowed: PlotSeries[] = [
    {name: 'allowed', kind: 'area', colour: 'allowed', values: points.map((point) => point.allowed)},
  ];
  if (earlier.length > 0)
    allowed.push({
      name: 'allowed in the range before',
      kind: 'dashed',
      colour: 'before',
      values: resample(earlier, series.stepMs, MOST_STEPS).points.map((point) => point.allowed),
    });
  return timePlot(
    {
      label: `Allowed and refused ${word} over time`,
      instants: points.map(({at}) => at),
      stepMs,
      timeZone,
      panels: [
        {name: `allowed ${word} per ${formatDuration(stepMs * 1_000)}`, height: 170, series: allowed},
        {name: `refused per ${formatDuration(stepMs * 1_000)}, own scale`, height: 90, series: refused},
      ],
      table: seriesTable(series.points, series.stepMs, report),
    },
    clock,
  );
};

/** The points before that belong beside those of the range: a whole number of steps earlier, so that noon is beside noon. */
const beside = (before: readonly SeriesPoint[], {series, range}: ActivityReport): readonly SeriesPoint[] => {
  const [first] = series.points;
  if (first === undefined || range === null) return [];
  const step = series.stepMs;
  const begin = Date.parse(first.at) - Math.floor(range.ms / step) * step;
  return before.filter(({at}) => Date.parse(at) >= begin).slice(0, series.points.length);
};

const seriesTable = (points: readonly SeriesPoint[], stepMs: number, report: ActivityReport): Markup => {
  const clock = clockOf(report);
  const sampled = resample(points, stepMs, MOST_ROWS);
  return html`<table><thead><tr><th scope="col">From (${report.timeZone}), ${formatDuration(sampled.stepMs * 1_000)} each</th><th scope="col" class="n">Allowed</th><th scope="col" class="n">Refused</th><th scope="col" class="n">In shadow</th></tr></thead><tbody>${sampled.points.map(
    ({at, allowed, denied, shadowDenied}) =>
      html`<tr><td>${clock.minute(at)}</td><td class="n">${formatCount(allowed)}</td><td class="n">${formatCount(denied)}</td><td class="n">${formatCount(shadowDenied)}</td></tr>`,
  )}</tbody></table>`;
};

/** The plot with its method and its bounds in words; a sentence where there is none. */
export const forecastPlot = (report: ActivityReport): Markup => {
  const {forecast, timeZone} = report;
  if (forecast.kind === 'none') return html`<p class="soft">No forecast: ${forecast.why}.</p>`;
  const {points, stepMs, total, peak, method, covered} = forecast;
  const clock = clockOf(report);
  const word = countedWord(report);
  const range = rangeText(
    {
      from: points[0]!.at,
      until: forecastEnd(points.at(-1)!.at, stepMs),
      ms: points.length * stepMs,
      edges: 'exact',
    },
    clock,
  );
  const plot = timePlot(
    {
      label: `Expected ${word}`,
      instants: points.map(({at}) => at),
      stepMs,
      timeZone,
      panels: [
        {
          name: `${word} per hour`,
          height: 130,
          series: [
            {
              name: 'bounds',
              kind: 'band',
              colour: 'allowed',
              values: points.map(({high}) => high),
              below: points.map(({low}) => low),
            },
            {name: 'expected', kind: 'line', colour: 'allowed', values: points.map(({expected}) => expected)},
          ],
        },
      ],
      table: html`<table><thead><tr><th scope="col">Hour (${timeZone})</th><th scope="col" class="n">Expected</th><th scope="col" class="n">Low</th><th scope="col" class="n">High</th></tr></thead><tbody>${points.map(
        ({at, expected, low, high}) =>
          html`<tr><td>${clock.minute(at)}</td><td class="n">${formatCount(expected)}</td><td class="n">${formatCount(low)}</td><td class="n">${formatCount(high)}</td></tr>`,
      )}</tbody></table>`,
    },
    clock,
  );
  return html`<p><strong>${formatCount(total.expected)}</strong> ${word} expected (${formatCount(total.low)} to ${formatCount(total.high)}), ${range}. Busiest hour: ${clock.minute(peak.at)} with ${formatCount(peak.expected)} (${formatCount(peak.low)} to ${formatCount(peak.high)}).</p>${plot}<p class="soft small">Method: ${method}.${covered === null ? '' : ` Bounds of the older half of these hours held ${formatShare(covered)} of the newer half.`}</p>`;
};

const forecastEnd = (at: string, stepMs: number): string => new Date(Date.parse(at) + stepMs).toISOString();
