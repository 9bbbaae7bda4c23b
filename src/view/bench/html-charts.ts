import {formatCount} from '../format-number.ts';
import {html, type Markup, trusted} from '../html/markup.ts';
import type {BenchLatency, BenchPoint, BenchRun, BenchStore} from '../model/bench-report.ts';
import {type LatencyRow, latencyText, PERCENTILES} from './words.ts';

const WIDE = 900;
const TALL = 300;
const LEFT = 70;
const RIGHT = 20;
const TOP = 12;
const BOTTOM = 34;
const COLOURS = 4;

const valuesOf = ({p50Us, p90Us, p99Us, p999Us, p9999Us, maxUs}: BenchLatency): readonly number[] => [
  p50Us,
  p90Us,
  p99Us,
  p999Us,
  p9999Us,
  maxUs,
];

/** Latency by percentile, both on scales where each step is ten times the one before. Service times are dashed. */
export const percentileChart = (all: readonly LatencyRow[]): Markup => {
  const rows = all.filter(({what}) => what !== 'lateness');
  const stores = [...new Set(rows.map(({store}) => store))];
  const values = rows.flatMap(({latency}) => valuesOf(latency)).map((value) => Math.max(1, value));
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const x = (i: number): number => LEFT + (i * (WIDE - LEFT - RIGHT)) / (PERCENTILES.length - 1);
  const y = (value: number): number =>
    TALL - BOTTOM - ((Math.log10(Math.max(1, value)) - low) / (high - low)) * (TALL - TOP - BOTTOM);
  const rules = Array.from({length: high - low + 1}, (_, i) => 10 ** (low + i));
  const label = `Latency by percentile of ${stores.join(', ')}`;
  return html`${legend(
    stores,
    rows.some(({what}) => what === 'response'),
  )}<svg class="chart" viewBox="0 0 ${WIDE} ${TALL}" role="img" aria-label="${label}">${rules.map((value) => rule(y(value), latencyText(value)))}${PERCENTILES.map((name, i) => html`<text x="${round(x(i))}" y="${TALL - 12}" text-anchor="${i === 0 ? 'start' : i === PERCENTILES.length - 1 ? 'end' : 'middle'}">${name}</text>`)}${rows.map(
    ({store, what, latency}) =>
      html`<g class="c-${stores.indexOf(store) % COLOURS}">${line(
        valuesOf(latency).map((value, i) => [x(i), y(value)]),
        what === 'service' && rows.some((row) => row.what === 'response'),
      )}</g>`,
  )}</svg>`;
};

/** What is drawn over the last run of each store. */
interface Measure {
  readonly title: string;
  readonly of: (point: BenchPoint, stepMs: number) => number;
  readonly text: (value: number) => string;
}

const MEASURES: readonly Measure[] = [
  {
    title: 'Answers per second',
    of: ({allowed, denied}, stepMs) => ((allowed + denied) * 1_000) / stepMs,
    text: (value) => `${formatCount(Math.round(value))}/s`,
  },
  {title: 'Longest latency', of: ({maxUs}) => maxUs, text: (value) => latencyText(Math.round(value))},
];

/** Answers and longest latencies over time. */
export const timeCharts = (stores: readonly BenchStore[]): Markup | undefined => {
  const shown = stores.flatMap(({name, runs}) => {
    const run = runs.at(-1);
    return run === undefined || run.series.length < 2 ? [] : [{name, run}];
  });
  if (shown.length === 0) return undefined;
  const names = shown.map(({name}) => name);
  const runs = shown.map(({run}) => run);
  const several = stores.some((store) => store.runs.length > 1);
  return html`${legend(names, false)}${several && html`<p class="soft small">The last run of each store.</p>`}${MEASURES.map((measure) => timeChart(measure, names, runs))}`;
};

const timeChart = (
  {title, of, text}: Measure,
  names: readonly string[],
  runs: readonly BenchRun[],
): Markup => {
  const lines = runs.map(({series, stepMs}) =>
    series.map((point) => [point.atMs, of(point, stepMs)] as const),
  );
  const last = Math.max(1, ...lines.flatMap((points) => points.map(([at]) => at)));
  const most = Math.max(1, ...lines.flatMap((points) => points.map(([, value]) => value)));
  const x = (at: number): number => LEFT + (at / last) * (WIDE - LEFT - RIGHT);
  const y = (value: number): number => TALL - BOTTOM - (value / most) * (TALL - TOP - BOTTOM);
  return html`<h3>${title}</h3><svg class="chart" viewBox="0 0 ${WIDE} ${TALL}" role="img" aria-label="${title} over time of ${names.join(', ')}">${[0, most / 2, most].map((value) => rule(y(value), text(value)))}<text x="${LEFT}" y="${TALL - 12}">0 s</text><text x="${WIDE - RIGHT}" y="${TALL - 12}" text-anchor="end">${formatCount(last / 1_000)} s</text>${lines.map(
    (points, i) =>
      html`<g class="c-${i % COLOURS}">${line(
        points.map(([at, value]) => [x(at), y(value)]),
        false,
      )}</g>`,
  )}</svg>`;
};

const round = (value: number): number => Math.round(value * 10) / 10;

const rule = (y: number, text: string): Markup =>
  html`<line class="rule" x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${round(y)}" y2="${round(y)}"/><text x="${LEFT - 8}" y="${round(y + 4)}" text-anchor="end">${text}</text>`;

const line = (points: readonly (readonly [number, number])[], isFaint: boolean): Markup =>
  html`<polyline${isFaint && html` class="faint"`} points="${trusted(points.map(([x, y]) => `${round(x)},${round(y)}`).join(' '))}"/>${points.length <= 40 && points.map(([x, y]) => html`<circle cx="${round(x)}" cy="${round(y)}" r="2.5"/>`)}`;

const legend = (names: readonly string[], hasService: boolean): Markup =>
  html`<ul class="legend">${names.map((name, i) => html`<li class="c-${i % COLOURS}"><i></i>${name}</li>`)}${hasService && html`<li>dashed: service time</li>`}</ul>`;
