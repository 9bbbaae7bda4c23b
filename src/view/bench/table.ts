import {painter} from '../colour.ts';
import {facts} from '../facts.ts';
import {flow} from '../flow.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {BenchReport} from '../model/bench-report.ts';
import {remark} from '../remark.ts';
import {type Style, usableWidth} from '../style.ts';
import {table} from '../table.ts';
import {visible} from '../visible.ts';
import {overTimeLines} from './over-time.ts';
import {bullet, right} from './table-parts.ts';
import {accuracyLines, comparisonLines, sweepLines, targetLines} from './table-verdicts.ts';
import {noiseNotes} from './verdict-words.ts';
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
  percentileCells,
  policyText,
  serverCpuText,
  troubleText,
} from './words.ts';

/** The result for a terminal. */
export const benchTable = (report: BenchReport, style: Style): string => {
  const paint = painter(style);
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Decisions', decisionLines(report, style)],
    ['Latency', latencyLines(report, style)],
    ['Histogram', histogramLines(report, style)],
    ['Over time', overTimeLines(report, style)],
    ['Sweep', sweepLines(report, style)],
    ['Accuracy', accuracyLines(report, style)],
    ['Targets', targetLines(report, style)],
    ['Compared with before', comparisonLines(report, style)],
    ['How sure this is', noiseNotes(report).flatMap((note) => bullet(note, style))],
  ];
  const lines = [...head(report, style)];
  for (const [title, body] of sections) if (body.length > 0) lines.push('', paint(title, 'strong'), ...body);
  return `${lines.join('\n')}\n`;
};

const head = (report: BenchReport, style: Style): readonly string[] => {
  const {settings, stores, interrupted, noise} = report;
  const list = headlines(report).flatMap((text) => flow([{text, role: 'strong'}], usableWidth(style), style));
  const warning = (text: string): readonly string[] =>
    flow([{text, role: 'warn'}], usableWidth(style), style);
  return [
    ...list,
    ...(interrupted ? warning('interrupted: what follows is what was measured until then') : []),
    ...(noise.tooNoisy ? warning('the machine was too noisy to tell: see the end') : []),
    '',
    ...facts(
      [
        ...stores.map(({name, url, server, remarks}) => ({
          label: visible(name, style),
          value: [url, ...(server === name ? [] : [server]), ...remarks],
        })),
        {label: 'load', value: [...loadText(settings)]},
        {label: 'keys', value: [...keysText(settings)]},
        {label: 'policy', value: [...policyText(settings)]},
        {label: 'machine', value: [...machineText(report)]},
      ],
      style,
    ),
  ];
};

const decisionLines = ({stores, settings}: BenchReport, style: Style): readonly string[] => {
  const shown = stores.filter(({total}) => total !== null);
  const hasSpread = shown.some(({spread}) => spread.decisionsPerSecond !== null);
  const lines = table(
    [
      {title: 'STORE', min: 8},
      right('DECISIONS/S'),
      right('ALLOWED'),
      right('DENIED', 4),
      right('REMEMBERED', 1),
      ...(hasSpread ? [right('SPREAD', 2)] : []),
      right('CLIENT CPU', 5),
      right('SERVER CPU', 3),
    ],
    shown.map((store) => {
      const total = store.total!;
      const {decisionsPerSecond: spread} = store.spread;
      return {
        cells: [
          store.name,
          formatCount(total.decisionsPerSecond),
          formatCount(total.allowed),
          formatCount(total.denied),
          formatCount(total.remembered),
          ...(hasSpread ? [spread === null ? '' : formatShare(spread)] : []),
          coresText(total.clientCpu),
          serverCpuText(store),
        ],
      };
    }),
    style,
  );
  const trouble = shown
    .flatMap((store) => troubleText(store, settings))
    .flatMap((text) => bullet(text, style));
  return lines.length === 0 ? [] : [...lines, ...trouble, ...remark(['CPU: of one core'], style)];
};

const latencyLines = (report: BenchReport, style: Style): readonly string[] => {
  const lines = table(
    [
      {title: 'STORE', min: 8},
      {title: '', min: 8},
      right('P50'),
      right('P90', 1),
      right('P99'),
      right('P99.9'),
      right('P99.99', 2),
      right('MAX'),
    ],
    latencyRows(report).map(({store, what, latency}) => ({
      cells: [
        what === 'response' || report.settings.loop === 'closed' ? store : '',
        what,
        ...percentileCells(latency),
      ],
    })),
    style,
  );
  return lines.length === 0
    ? []
    : [
        ...lines,
        ...fewNotes(report).flatMap((text) => bullet(text, style)),
        ...remark(loopNotes(report), style),
      ];
};

const histogramLines = (report: BenchReport, style: Style): readonly string[] =>
  report.stores.flatMap(({name, histogram}, i) => {
    const count = histogram.reduce((sum, bar) => sum + bar.count, 0);
    const most = histogram.reduce((top, bar) => Math.max(top, bar.count), 0);
    const lines = table(
      [
        {title: report.stores.length > 1 ? name : 'UP TO', align: 'right', min: 5},
        right('COUNT', 1),
        right('SHARE'),
        {title: '', elastic: true, min: 8},
      ],
      histogram.map((bar) => ({
        cells: [
          latencyText(bar.toUs),
          formatCount(bar.count),
          formatShare(count === 0 ? 0 : bar.count / count),
          {share: most === 0 ? 0 : bar.count / most, role: 'good' as const},
        ],
      })),
      style,
    );
    return lines.length > 0 && i > 0 ? ['', ...lines] : lines;
  });
