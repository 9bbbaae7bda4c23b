import {formatCount, formatShare} from '../format-number.ts';
import {html, type Markup} from '../html/markup.ts';
import type {BenchReport, BenchStore} from '../model/bench-report.ts';
import {percentileChart} from './html-charts.ts';
import {
  accuracyNotes,
  comparisonNotes,
  differenceText,
  limitedText,
  metricName,
  metricText,
  noiseNotes,
  signedShare,
  targetCells,
  verdictText,
} from './verdict-words.ts';
import {
  coresText,
  fewNotes,
  latencyRows,
  latencyText,
  loopNotes,
  PERCENTILES,
  percentileCells,
  precise,
  serverCpuText,
  troubleText,
} from './words.ts';

interface Head {
  readonly title: string;
  readonly number?: true;
}

const n = (title: string): Head => ({title, number: true});

const grid = (
  label: string,
  heads: readonly Head[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup =>
  html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table><thead><tr>${heads.map(
    ({title, number}) =>
      title === ''
        ? html`<td></td>`
        : html`<th scope="col"${number === true && html` class="n"`}>${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row"${heads[0]?.number === true && html` class="n"`}><bdi>${cell}</bdi></th>` : html`<td${heads[i]?.number === true && html` class="n"`}>${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;

const notes = (list: readonly string[]): Markup | false =>
  list.length > 0 && html`<p class="soft small">${list.join('; ')}.</p>`;

export const decisions = ({stores, settings}: BenchReport): Markup | undefined => {
  const shown = stores.filter(({total}) => total !== null);
  if (shown.length === 0) return undefined;
  const heads = [
    {title: 'Store'},
    ...['Decisions/s', 'Allowed', 'Denied', 'Remembered', 'Spread of runs', 'Client CPU', 'Server CPU'].map(
      n,
    ),
  ];
  const rows = shown.map((store) => [
    store.name,
    formatCount(store.total!.decisionsPerSecond),
    formatCount(store.total!.allowed),
    formatCount(store.total!.denied),
    formatCount(store.total!.remembered),
    store.spread.decisionsPerSecond === null ? '' : formatShare(store.spread.decisionsPerSecond),
    coresText(store.total!.clientCpu),
    serverCpuText(store),
  ]);
  const trouble = shown.flatMap((store) => troubleText(store, settings));
  return html`${grid('Decisions', heads, rows)}${trouble.length > 0 && html`<ul class="warnings">${trouble.map((text) => html`<li>${text}</li>`)}</ul>`}${notes(['CPU: of one core'])}`;
};

export const latency = (report: BenchReport): Markup | undefined => {
  const rows = latencyRows(report);
  if (rows.length === 0) return undefined;
  return html`${percentileChart(rows)}${grid(
    'Latency',
    [{title: 'Store'}, {title: 'What'}, ...PERCENTILES.map(n)],
    rows.map(({store, what, latency: one}) => [store, what, ...percentileCells(one)]),
  )}${notes([...fewNotes(report), ...loopNotes(report)])}`;
};

export const histograms = ({stores}: BenchReport): Markup | undefined => {
  const shown = stores.filter(({histogram}) => histogram.length > 0);
  if (shown.length === 0) return undefined;
  return html`<div class="figures">${shown.map(histogram)}</div>`;
};

const histogram = ({name, histogram: bars}: BenchStore): Markup => {
  const count = bars.reduce((sum, bar) => sum + bar.count, 0);
  const most = bars.reduce((top, bar) => Math.max(top, bar.count), 0);
  return html`<div><h3>${name}</h3>${grid(
    `Histogram of ${name}`,
    [{title: 'Up to'}, n('Count'), n('Share'), {title: ''}],
    bars.map((bar) => [
      latencyText(bar.toUs),
      formatCount(bar.count),
      formatShare(count === 0 ? 0 : bar.count / count),
      html`<div class="meter c-allowed"><i style="--w:${most === 0 ? 0 : Number(((100 * bar.count) / most).toFixed(1))}%"${bar.count === 0 && html` data-none=""`}></i></div>`,
    ]),
  )}</div>`;
};

export const sweeps = ({stores}: BenchReport): Markup | undefined => {
  const shown = stores.flatMap(({name, sweep}) => (sweep === null ? [] : [{name, sweep}]));
  if (shown.length === 0) return undefined;
  return html`${shown.map(
    ({name, sweep}) =>
      html`<h3>${name}</h3>${grid(
        `Sweep of ${name}`,
        [n('Rate/s'), n('Answered/s'), n('p50'), n('p99'), n('Client CPU'), {title: 'Result'}],
        sweep.steps.map((step) => [
          formatCount(step.ratePerSecond),
          formatCount(step.decisionsPerSecond),
          latencyText(step.p50Us),
          latencyText(step.p99Us),
          coresText(step.clientCpu),
          html`<span class="${step.verdict === 'holds' ? 'ok' : 'bad'}">${verdictText(step.verdict)}</span>`,
        ]),
      )}${notes([limitedText(sweep)])}`,
  )}`;
};

export const accuracies = ({stores}: BenchReport): Markup | undefined => {
  const shown = stores.flatMap(({name, accuracy}) => (accuracy === null ? [] : [{name, accuracy}]));
  if (shown.length === 0) return undefined;
  return html`${grid(
    'Accuracy',
    [
      {title: 'Store'},
      ...['Requests', 'Admitted', 'Budget', 'Accuracy', 'False positives', 'Too many'].map(n),
    ],
    shown.map(({name, accuracy}) => [
      name,
      formatCount(accuracy.requests),
      formatCount(accuracy.admitted),
      formatCount(accuracy.budget),
      precise(accuracy.accuracy),
      `${formatCount(accuracy.falsePositives)} (${formatShare(accuracy.falsePositiveRate)})`,
      formatCount(accuracy.falseNegatives),
    ]),
  )}${notes([...new Set(shown.flatMap(({accuracy}) => accuracyNotes(accuracy)))])}`;
};

export const targets = ({targets: found}: BenchReport): Markup | undefined =>
  found.length === 0
    ? undefined
    : grid(
        'Targets',
        [{title: 'Store'}, {title: 'What'}, n('Was'), {title: 'Target'}, {title: 'Result'}],
        found.map((target) => {
          const [word, store, ...cells] = targetCells(target);
          return [store!, ...cells, html`<span class="${target.met ? 'ok' : 'bad'}">${word}</span>`];
        }),
      );

const CLASSES = {better: 'ok', worse: 'bad', same: 'soft', unclear: 'so'} as const;

export const comparison = (report: BenchReport): Markup | undefined => {
  if (report.comparison === null) return undefined;
  return html`${grid(
    'Comparison',
    [{title: 'Store'}, {title: 'What'}, ...['Before', 'Now', 'Change', 'Noise'].map(n), {title: 'Result'}],
    report.comparison.differences.map((difference) => [
      difference.store,
      metricName(difference.metric),
      metricText(difference.metric, difference.before),
      metricText(difference.metric, difference.after),
      signedShare(difference.change),
      difference.noise === null ? 'unknown' : formatShare(difference.noise),
      html`<span class="${CLASSES[difference.verdict]}">${differenceText(difference)}</span>`,
    ]),
  )}${notes(comparisonNotes(report))}`;
};

export const noise = (report: BenchReport): Markup | undefined => {
  const list = noiseNotes(report);
  return list.length === 0
    ? undefined
    : html`<ul class="warnings">${list.map((text) => html`<li>${text}</li>`)}</ul>`;
};
