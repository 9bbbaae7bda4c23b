import type {Role} from '../colour.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {BenchDifference, BenchReport, BenchStore} from '../model/bench-report.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {table} from '../table.ts';
import {bullet, right} from './table-parts.ts';
import {
  accuracyNotes,
  comparisonNotes,
  differenceText,
  limitedText,
  metricName,
  metricText,
  signedShare,
  targetCells,
  verdictText,
} from './verdict-words.ts';
import {coresText, latencyText, precise} from './words.ts';

export const sweepLines = ({stores, settings}: BenchReport, style: Style): readonly string[] =>
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

export const accuracyLines = ({stores}: BenchReport, style: Style): readonly string[] => {
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

export const targetLines = ({targets}: BenchReport, style: Style): readonly string[] =>
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

export const comparisonLines = (report: BenchReport, style: Style): readonly string[] => {
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
