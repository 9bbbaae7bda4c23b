import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport, Recommendation} from '../model/activity-report.ts';
import {
  changeText,
  clockOf,
  countedWord,
  deniedRate,
  rangeText,
  scopeText,
  shareText,
  sourceText,
  thresholdText,
  urgencyWord,
} from '../report/words.ts';
import {formatActual} from '../simulate/actual.ts';
import {weekHeat} from './heat.ts';
import {capital, keySection, limitSection, outside, utilisationSection} from './limits.ts';
import {html, type Markup, trusted} from './markup.ts';
import {breakerSection, changeSection, queueSection, tokenSection} from './operation.ts';
import {SCRIPT} from './script.ts';
import {STYLE} from './theme.ts';
import {forecastPlot, trafficPlot} from './traffic.ts';

export interface HtmlOptions {
  /** RFC 3339, UTC. */
  readonly generatedAt: string;
  readonly contextName: string | null;
  readonly version: string;
  readonly warnings: readonly string[];
}

/** Nothing from anywhere but this file, and nothing sent anywhere. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup | undefined;
  /** May be broken over pages. */
  readonly long?: true;
}

/** The report as one page that needs nothing else: open it from a disk, a mail, a build. */
export const reportHtml = (report: ActivityReport, options: HtmlOptions): string => {
  const sections = sectionsOf(report).filter(({body}) => body !== undefined);
  const title = `Rate limit report${report.range === null ? '' : `, ${rangeText(report.range, clockOf(report))}`}`;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<div class="page">
${header(report, options)}
<nav aria-label="Sections"><ul>${sections.map(({id, title: name}) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${options.warnings.length > 0 && html`<ul class="warnings" aria-label="Warnings">${options.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
${tiles(report)}
${sections.map(sectionMarkup)}
</main>
<footer>ratectl ${options.version} · made ${options.generatedAt} · all times ${report.timeZone} unless they say otherwise${countedWord(report) === 'checks' && ' · a check: one request at one limit; a request is checked by every limit that it reaches, and refused by one'}</footer>
</div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>`.text
  }\n`;
};

const sectionsOf = (report: ActivityReport): readonly Section[] => [
  {id: 'advice', title: 'What to do', body: advice(report)},
  {id: 'traffic', title: 'Traffic', body: trafficPlot(report)},
  {id: 'limits', title: 'By limit', body: limitSection(report)},
  {id: 'refused', title: 'Most refused keys', body: keySection(report), long: true},
  {id: 'week', title: 'Hours of the week', body: weekHeat(report)},
  {id: 'buckets', title: 'How full buckets are', body: utilisationSection(report)},
  {id: 'tokens', title: 'Tokens', body: tokenSection(report)},
  {id: 'breakers', title: 'Circuit breakers', body: breakerSection(report)},
  {id: 'queues', title: 'Queues', body: queueSection(report)},
  {id: 'changes', title: 'Changes', body: changeSection(report)},
  {id: 'forecast', title: 'Forecast', body: forecastPlot(report)},
  {id: 'thresholds', title: 'Thresholds', body: thresholds(report)},
];

const sectionMarkup = ({id, title, body, long}: Section): Markup =>
  html`<section class="card${long === true && ' long'}" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`;

const header = (report: ActivityReport, {contextName}: HtmlOptions): Markup => {
  const {range, before, policy, timeZone} = report;
  const clock = clockOf(report);
  const fact = (label: string, value: string | undefined): Markup | false =>
    value !== undefined && html`<div><dt>${label}</dt><dd>${outside(value)}</dd></div>`;
  return html`<header><div class="top"><div><h1>Rate limit report</h1>${range !== null && html`<p class="soft">${rangeText(range, clock)}, ${timeZone}</p>`}</div><button type="button" class="switch js-only">Dark theme</button></div><dl class="facts">${[
    fact('Of', sourceText(report)),
    fact('Context', contextName ?? undefined),
    fact('Policy', policy?.from),
    fact('Compared with', before === null ? undefined : rangeText(before.range, clock)),
    ...scopeText(report).map((text) => fact('Only', text)),
  ]}</dl></header>`;
};

const tiles = (report: ActivityReport): Markup => {
  const {totals, before, series, range} = report;
  const word = countedWord(report);
  const clock = clockOf(report);
  const against = (now: number, then: number | undefined): string => {
    const change = changeText(now, then);
    return change === '' ? '' : `${change} against the range before`;
  };
  const tile = (kind: string, label: string, big: string, note: string): Markup =>
    html`<div class="tile ${kind}"><dt>${label}</dt><dd><div class="big">${big}</div><div class="note">${note}</div></dd></div>`;
  const length = range === null ? 'the range' : formatDuration(range.ms * 1_000);
  const worst = [...report.limits].sort((a, b) => b.denied - a.denied)[0];
  return html`<dl class="tiles">${[
    tile(
      'allowed',
      `Allowed in ${length}`,
      shareText(totals.allowRate),
      `${formatCount(totals.allowed)} of ${formatCount(totals.requests)} ${word}`,
    ),
    tile(
      'refused',
      `Refused in ${length}`,
      formatCount(totals.denied),
      against(totals.denied, before?.totals.denied) ||
        (worst === undefined || worst.denied === 0
          ? 'by no limit'
          : `${formatShare(worst.shareOfDenied)} of them by ${worst.limit}`),
    ),
    totals.shadowDenied > 0 &&
      tile(
        'shadow',
        `In shadow mode, ${length}`,
        formatCount(totals.shadowDenied),
        `${shareText(deniedRate({requests: totals.requests, denied: totals.shadowDenied}))} of all ${word}; they were let through`,
      ),
    tile(
      '',
      `Traffic in ${length}`,
      formatCount(totals.requests),
      against(totals.requests, before?.totals.requests) || word,
    ),
    series.peak !== null &&
      tile(
        '',
        `Busiest ${formatDuration(series.stepMs * 1_000)}`,
        formatCount(series.peak.requests),
        clock.minute(series.peak.at),
      ),
  ]}</dl>`;
};

const advice = ({recommendations}: ActivityReport): Markup | undefined => {
  if (recommendations.length === 0) return undefined;
  const item = ({urgency, text, reason, command}: Recommendation): Markup =>
    html`<li><span class="badge ${urgency}">${urgencyWord[urgency]}</span><div class="text"><h3>${outside(capital(text))}</h3><p>${capital(reason)}.</p><code class="command">${command}</code></div></li>`;
  return html`<p class="lead">What the figures suggest, and the command that checks it; TRACE stands for a recording of the traffic.</p><ul class="advice">${recommendations.map(item)}</ul>`;
};

const thresholds = ({thresholds: found}: ActivityReport): Markup | undefined => {
  if (found.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Thresholds"><table><thead><tr><th scope="col">Threshold</th><th scope="col">Result</th><th scope="col" class="n">Was</th></tr></thead><tbody>${found.map(
    (one) =>
      html`<tr><th scope="row">${outside(thresholdText(one))}</th><td class="${one.pass ? 'ok' : 'bad'}">${one.pass ? 'pass' : 'fail'}</td><td class="n">${formatActual(one.expr, one.actual)}</td></tr>`,
  )}</tbody></table></div>`;
};
