import {formatCount, formatShare} from '../format-number.ts';
import {html, type Markup, trusted} from '../html/markup.ts';
import {SCRIPT} from '../html/script.ts';
import {STYLE} from '../html/theme.ts';
import type {BenchReport, BenchStore} from '../model/bench-report.ts';
import {answersChart, percentileChart} from './html-charts.ts';
import {
  accuracyNotes,
  comparisonNotes,
  coresText,
  differenceText,
  headlines,
  keysText,
  latencyOf,
  latencyRows,
  latencyText,
  limitedText,
  loadText,
  loopNotes,
  machineText,
  metricName,
  metricText,
  noiseNotes,
  PERCENTILES,
  percentileCells,
  policyText,
  precise,
  serverCpuText,
  signedShare,
  targetCells,
  troubleText,
  verdictText,
} from './words.ts';

export interface BenchHtmlOptions {
  /** RFC 3339, UTC. */
  readonly generatedAt: string;
  readonly version: string;
  readonly warnings: readonly string[];
}

/** Nothing from anywhere but this file, and nothing sent anywhere. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const CHART_STYLE = `
.chart{display:block;width:100%;height:auto;margin-top:8px}
.chart text{font-size:12px;fill:var(--soft)}.chart .rule{stroke:var(--line);stroke-width:1}
.chart polyline{fill:none;stroke:var(--c);stroke-width:2}.chart circle{fill:var(--c)}
.chart .faint{stroke-dasharray:5 4;stroke-width:1.5}
.c-0{--c:var(--allowed)}.c-1{--c:var(--refused)}.c-2{--c:var(--shadow)}.c-3{--c:var(--good)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:22px}
`;

/** The result as one page that needs nothing else. */
export const benchHtml = (
  report: BenchReport,
  {generatedAt, version, warnings}: BenchHtmlOptions,
): string => {
  const sections = [
    {id: 'decisions', title: 'Decisions', body: decisions(report)},
    {id: 'latency', title: 'Latency', body: latency(report)},
    {id: 'histogram', title: 'Histogram', body: histograms(report)},
    {id: 'time', title: 'Over time', body: answersChart(report.stores)},
    {id: 'sweep', title: 'Sweep', body: sweeps(report)},
    {id: 'accuracy', title: 'Accuracy', body: accuracies(report)},
    {id: 'targets', title: 'Targets', body: targets(report)},
    {id: 'comparison', title: 'Compared with before', body: comparison(report)},
    {id: 'noise', title: 'How sure this is', body: noise(report)},
  ].filter(({body}) => body !== undefined);
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Benchmark of stores</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE + CHART_STYLE)}</style>
</head>
<body>
<div class="page">
${header(report)}
<nav aria-label="Sections"><ul>${sections.map(({id, title}) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${warnings.length > 0 && html`<ul class="warnings" aria-label="Warnings">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`}
${tiles(report)}
${sections.map(({id, title, body}) => html`<section class="card" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`)}
</main>
<footer>ratectl ${version} · made ${generatedAt}</footer>
</div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>`.text
  }\n`;
};

const header = (report: BenchReport): Markup => {
  const {settings, stores, interrupted} = report;
  const fact = (label: string, parts: readonly string[]): Markup =>
    html`<div><dt>${label}</dt><dd><bdi>${parts.join(' · ')}</bdi></dd></div>`;
  return html`<header><div class="top"><div><h1>Benchmark of stores</h1>${interrupted && html`<p class="so">Interrupted: this is what was measured until then.</p>`}</div><button type="button" class="switch js-only">Dark theme</button></div><dl class="facts">${[
    ...stores.map(({name, url, server, remarks}) => fact(name, [url, server, ...remarks])),
    fact('Load', loadText(settings)),
    fact('Keys', keysText(settings)),
    fact('Policy', policyText(settings)),
    fact('Machine', machineText(report)),
  ]}</dl></header>`;
};

const tiles = (report: BenchReport): Markup => {
  const tile = ({name, total, sweep}: BenchStore): Markup | false =>
    total !== null &&
    html`<div class="tile"><dt>${name}</dt><dd><div class="big">${formatCount(sweep?.kneePerSecond ?? total.decisionsPerSecond)}/s</div><div class="note">p50 ${latencyText(latencyOf(total).p50Us)}, p99 ${latencyText(latencyOf(total).p99Us)}</div></dd></div>`;
  const shown = report.stores.filter(({total}) => total !== null);
  if (shown.length === 0) return html`<ul>${headlines(report).map((text) => html`<li>${text}</li>`)}</ul>`;
  return html`<dl class="tiles">${shown.map(tile)}</dl>`;
};

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
      html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row"><bdi>${cell}</bdi></th>` : html`<td${heads[i]?.number === true && html` class="n"`}>${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;

const notes = (list: readonly string[]): Markup | false =>
  list.length > 0 && html`<p class="soft small">${list.join('; ')}.</p>`;

const decisions = ({stores}: BenchReport): Markup | undefined => {
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
  const trouble = shown.flatMap(troubleText);
  return html`${grid('Decisions', heads, rows)}${trouble.length > 0 && html`<ul class="warnings">${trouble.map((text) => html`<li>${text}</li>`)}</ul>`}${notes(['CPU: of one core'])}`;
};

const latency = (report: BenchReport): Markup | undefined => {
  const rows = latencyRows(report);
  if (rows.length === 0) return undefined;
  return html`${percentileChart(rows)}${grid(
    'Latency',
    [{title: 'Store'}, {title: 'What'}, ...PERCENTILES.map(n)],
    rows.map(({store, what, latency: one}) => [store, what, ...percentileCells(one)]),
  )}${notes(loopNotes(report))}`;
};

const histograms = ({stores}: BenchReport): Markup | undefined => {
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

const sweeps = ({stores}: BenchReport): Markup | undefined => {
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

const accuracies = ({stores}: BenchReport): Markup | undefined => {
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

const targets = ({targets: found}: BenchReport): Markup | undefined =>
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

const comparison = (report: BenchReport): Markup | undefined => {
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

const noise = (report: BenchReport): Markup | undefined => {
  const list = noiseNotes(report);
  return list.length === 0
    ? undefined
    : html`<ul class="warnings">${list.map((text) => html`<li>${text}</li>`)}</ul>`;
};
