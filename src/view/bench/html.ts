import {formatCount} from '../format-number.ts';
import {html, type Markup, trusted} from '../html/markup.ts';
import {SCRIPT} from '../html/script.ts';
import {STYLE} from '../html/theme.ts';
import type {BenchReport, BenchStore} from '../model/bench-report.ts';
import {timeCharts} from './html-charts.ts';
import {
  accuracies,
  comparison,
  decisions,
  histograms,
  latency,
  noise,
  sweeps,
  targets,
} from './html-sections.ts';
import {headlines, keysText, latencyOf, latencyText, loadText, machineText, policyText} from './words.ts';

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
#sweep .scroll,#histogram .scroll{max-height:none}#comparison td{white-space:nowrap}
@media (max-width:640px){.chart{min-width:720px}}
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
    {id: 'time', title: 'Over time', body: timeCharts(report.stores)},
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
