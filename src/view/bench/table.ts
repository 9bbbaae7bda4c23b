import {painter, type Role} from '../colour.ts';
import {facts} from '../facts.ts';
import {flow} from '../flow.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {BenchDifference, BenchReport, BenchStore} from '../model/bench-report.ts';
import {remark} from '../remark.ts';
import {type Style, usableWidth} from '../style.ts';
import {type Column, table} from '../table.ts';
import {overTimeLines} from './over-time.ts';
import {
  accuracyNotes,
  comparisonNotes,
  coresText,
  differenceText,
  headlines,
  keysText,
  latencyRows,
  latencyText,
  limitedText,
  loadText,
  loopNotes,
  machineText,
  metricName,
  metricText,
  noiseNotes,
  percentileCells,
  policyText,
  precise,
  serverCpuText,
  signedShare,
  targetCells,
  troubleText,
  verdictText,
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

const right = (title: string, drop?: number): Column => ({
  title,
  align: 'right',
  ...(drop === undefined ? {} : {drop}),
});

const bullet = (text: string, style: Style): readonly string[] =>
  flow([text], usableWidth(style) - 4, style).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`);

const head = (report: BenchReport, style: Style): readonly string[] => {
  const {settings, stores, interrupted} = report;
  const list = headlines(report).flatMap((text) => flow([{text, role: 'strong'}], usableWidth(style), style));
  return [
    ...list,
    ...(interrupted
      ? flow(
          [{text: 'interrupted: what follows is what was measured until then', role: 'warn'}],
          usableWidth(style),
          style,
        )
      : []),
    '',
    ...facts(
      [
        ...stores.map(({name, url, server, remarks}) => ({
          label: name,
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

const decisionLines = ({stores}: BenchReport, style: Style): readonly string[] => {
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
  const trouble = shown.flatMap(troubleText).flatMap((text) => bullet(text, style));
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
  return lines.length === 0 ? [] : [...lines, ...remark(loopNotes(report), style)];
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

const sweepLines = ({stores, settings}: BenchReport, style: Style): readonly string[] =>
  stores.flatMap(({name, sweep}) => {
    if (sweep === null) return [];
    const lines = table(
      [
        {title: 'STORE', min: 8, drop: 1},
        right('RATE/S'),
        right('ANSWERED/S', 2),
        right('P50', 3),
        right('P99'),
        right('CLIENT CPU', 4),
        {title: ''},
      ],
      sweep.steps.map((step) => ({
        cells: [
          name,
          formatCount(step.ratePerSecond),
          formatCount(step.decisionsPerSecond),
          latencyText(step.p50Us),
          latencyText(step.p99Us),
          coresText(step.clientCpu),
          {
            text: verdictText(step.verdict),
            role: step.verdict === 'holds' ? ('good' as const) : ('bad' as const),
          },
        ],
      })),
      style,
    );
    return [
      ...lines,
      ...remark(
        [`a rate holds when p99 stays below ${latencyText(settings.p99Us ?? 0)}`, limitedText(sweep)],
        style,
      ),
    ];
  });

const accuracyLines = ({stores}: BenchReport, style: Style): readonly string[] => {
  const shown = stores.filter((store): store is BenchStore & {accuracy: object} => store.accuracy !== null);
  const lines = table(
    [
      {title: 'STORE', min: 8},
      right('REQUESTS', 1),
      right('ADMITTED'),
      right('BUDGET'),
      right('ACCURACY'),
      right('FALSE POSITIVES', 3),
      right('TOO MANY', 2),
    ],
    shown.map(({name, accuracy}) => ({
      cells: [
        name,
        formatCount(accuracy!.requests),
        formatCount(accuracy!.admitted),
        formatCount(accuracy!.budget),
        precise(accuracy!.accuracy),
        `${formatCount(accuracy!.falsePositives)} (${formatShare(accuracy!.falsePositiveRate)})`,
        formatCount(accuracy!.falseNegatives),
      ],
    })),
    style,
  );
  if (lines.length === 0) return [];
  return [
    ...lines,
    ...remark(
      [...new Set(shown.flatMap(({accuracy}) => accuracyNotes(accuracy!)))].concat(
        'false positives: refused although there was budget, by the clock of the store',
      ),
      style,
    ),
  ];
};

const targetLines = ({targets}: BenchReport, style: Style): readonly string[] =>
  table(
    [
      {title: ''},
      {title: 'STORE', min: 6},
      {title: 'WHAT', min: 16},
      right('WAS'),
      {title: 'TARGET', drop: 1},
    ],
    targets.map((target) => {
      const [word, ...cells] = targetCells(target);
      return {cells: [{text: word!, role: target.met ? ('good' as const) : ('bad' as const)}, ...cells]};
    }),
    style,
  );

const ROLES: Readonly<Record<BenchDifference['verdict'], Role>> = {
  better: 'good',
  worse: 'bad',
  same: 'dim',
  unclear: 'warn',
};

const comparisonLines = (report: BenchReport, style: Style): readonly string[] => {
  const {comparison} = report;
  if (comparison === null) return [];
  const lines = table(
    [
      {title: 'STORE', min: 8, drop: 2},
      {title: 'WHAT'},
      right('BEFORE'),
      right('NOW'),
      right('CHANGE'),
      right('NOISE', 1),
      {title: ''},
    ],
    comparison.differences.map((difference) => {
      const {store, metric, before, after, change, noise, verdict} = difference;
      return {
        cells: [
          store,
          metricName(metric),
          metricText(metric, before),
          metricText(metric, after),
          signedShare(change),
          noise === null ? 'unknown' : formatShare(noise),
          {text: differenceText(difference), role: ROLES[verdict]},
        ],
      };
    }),
    style,
  );
  return [...lines, ...comparisonNotes(report).flatMap((note) => bullet(note, style))];
};
