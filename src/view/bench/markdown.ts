import {formatCount, formatShare} from '../format-number.ts';
import {mdCode, mdTable, mdText} from '../markdown.ts';
import type {BenchReport} from '../model/bench-report.ts';
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
  headlines,
  keysText,
  latencyRows,
  latencyText,
  loadText,
  loopNotes,
  machineText,
  PERCENTILES,
  percentileCells,
  policyText,
  precise,
  serverCpuText,
  troubleText,
} from './words.ts';

const right = (title: string) => ({title, align: 'right'}) as const;
const sentence = (parts: readonly string[]): string =>
  parts.length === 0 ? '' : `\n${mdText(parts.join('; '))}.\n`;
const list = (parts: readonly string[]): string => parts.map((part) => `- ${mdText(part)}\n`).join('');

/** The result as GitHub's Markdown. */
export const benchMarkdown = (report: BenchReport): string => {
  const sections: readonly (readonly [title: string, body: string])[] = [
    ['Decisions', decisions(report)],
    ['Latency', latencies(report)],
    ['Sweep', sweeps(report)],
    ['Accuracy', accuracies(report)],
    ['Targets', targets(report)],
    ['Compared with before', comparison(report)],
    ['How sure this is', list(noiseNotes(report))],
  ];
  return [
    head(report),
    ...sections.filter(([, body]) => body !== '').map(([title, body]) => `## ${title}\n\n${body}`),
  ].join('\n');
};

const head = (report: BenchReport): string => {
  const {settings, stores, interrupted} = report;
  return `# Benchmark of stores\n\n${list(headlines(report))}${interrupted ? '\nInterrupted: this is what was measured until then.\n' : ''}\n${stores
    .map(({name, url, server}) => `- ${mdText(name)}: ${mdCode(url)}, ${mdText(server)}\n`)
    .join('')}${list([
    `Load: ${loadText(settings).join(', ')}`,
    `Keys: ${keysText(settings).join(', ')}`,
    `Policy: ${policyText(settings).join(', ')}`,
    `Machine: ${machineText(report).join(', ')}`,
  ])}`;
};

const decisions = ({stores, settings}: BenchReport): string => {
  const shown = stores.filter(({total}) => total !== null);
  if (shown.length === 0) return '';
  const rows = shown.map((store) => [
    mdText(store.name),
    formatCount(store.total!.decisionsPerSecond),
    formatCount(store.total!.allowed),
    formatCount(store.total!.denied),
    store.spread.decisionsPerSecond === null ? '' : formatShare(store.spread.decisionsPerSecond),
    coresText(store.total!.clientCpu),
    serverCpuText(store),
  ]);
  const columns = [
    {title: 'store'},
    ...['decisions/s', 'allowed', 'denied', 'spread of runs', 'client CPU', 'server CPU'].map(right),
  ];
  const trouble = list(shown.flatMap((store) => troubleText(store, settings)));
  return `${mdTable(columns, rows)}${trouble === '' ? '' : `\n${trouble}`}`;
};

const latencies = (report: BenchReport): string => {
  const rows = latencyRows(report);
  if (rows.length === 0) return '';
  return `${mdTable(
    [{title: 'store'}, {title: ''}, ...PERCENTILES.map(right)],
    rows.map(({store, what, latency}) => [mdText(store), what, ...percentileCells(latency)]),
  )}${sentence([...fewNotes(report), ...loopNotes(report)])}`;
};

const sweeps = ({stores}: BenchReport): string =>
  stores
    .flatMap(({name, sweep}) =>
      sweep === null
        ? []
        : [
            `${mdTable(
              [{title: 'store'}, ...['rate/s', 'answered/s', 'p50', 'p99'].map(right), {title: ''}],
              sweep.steps.map((step) => [
                mdText(name),
                formatCount(step.ratePerSecond),
                formatCount(step.decisionsPerSecond),
                latencyText(step.p50Us),
                latencyText(step.p99Us),
                verdictText(step.verdict),
              ]),
            )}${sentence([limitedText(sweep)])}`,
          ],
    )
    .join('\n');

const accuracies = ({stores}: BenchReport): string => {
  const shown = stores.flatMap(({name, accuracy}) => (accuracy === null ? [] : [{name, accuracy}]));
  if (shown.length === 0) return '';
  const columns = [
    {title: 'store'},
    ...['requests', 'admitted', 'budget', 'accuracy', 'false positives', 'too many'].map(right),
  ];
  const rows = shown.map(({name, accuracy}) => [
    mdText(name),
    formatCount(accuracy.requests),
    formatCount(accuracy.admitted),
    formatCount(accuracy.budget),
    precise(accuracy.accuracy),
    `${formatCount(accuracy.falsePositives)} (${formatShare(accuracy.falsePositiveRate)})`,
    formatCount(accuracy.falseNegatives),
  ]);
  return `${mdTable(columns, rows)}${sentence([...new Set(shown.flatMap(({accuracy}) => accuracyNotes(accuracy)))])}`;
};

const targets = ({targets: found}: BenchReport): string =>
  found.length === 0
    ? ''
    : mdTable(
        [{title: ''}, {title: 'store'}, {title: 'what'}, right('was'), {title: 'target'}],
        found.map((target) =>
          targetCells(target).map((cell, i) => (i === 0 && !target.met ? `**${cell}**` : mdText(cell))),
        ),
      );

const comparison = (report: BenchReport): string => {
  const found = report.comparison;
  if (found === null) return '';
  const rows = found.differences.map((difference) => [
    mdText(difference.store),
    metricName(difference.metric),
    metricText(difference.metric, difference.before),
    metricText(difference.metric, difference.after),
    signedShare(difference.change),
    difference.noise === null ? 'unknown' : formatShare(difference.noise),
    difference.judged && difference.verdict === 'worse' ? '**WORSE**' : differenceText(difference),
  ]);
  const columns = [
    {title: 'store'},
    {title: 'what'},
    ...['before', 'now', 'change', 'noise'].map(right),
    {title: ''},
  ];
  return `${mdTable(columns, rows)}\n${list(comparisonNotes(report))}`;
};
