import {formatDuration} from '../../base/duration.ts';
import {painter, type Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {BenchPoint, BenchReport} from '../model/bench-report.ts';
import {remark} from '../remark.ts';
import {signs} from '../signs.ts';
import {spark} from '../spark.ts';
import {type Style, usableWidth} from '../style.ts';
import {visible} from '../visible.ts';
import {latencyText} from './words.ts';

interface Line {
  readonly label: string;
  readonly values: readonly number[];
  readonly peak: string;
  readonly role: Role;
}

/** Answers and latencies of the last run of each store, step by step: where nothing was answered there is a gap. */
export const overTimeLines = ({stores}: BenchReport, style: Style): readonly string[] => {
  const blocks = stores.flatMap(({name, runs}) => {
    const run = runs.at(-1);
    if (run === undefined || run.series.length < 2) return [];
    return [{name, stepMs: run.stepMs, lines: linesOf(run.series, run.stepMs)}];
  });
  const [first] = blocks;
  if (first === undefined) return [];
  const all = blocks.flatMap(({lines}) => lines);
  const labels = longest(all.map(({label}) => label));
  const peaks = longest(all.map(({peak}) => peak));
  return [
    ...blocks.flatMap(({name, lines}, i) => [
      ...(blocks.length > 1 ? [`${i === 0 ? '' : '\n'}  ${visible(name, style)}`] : []),
      ...lines.map((line) => drawn(line, labels, peaks, style)),
    ]),
    ...remark(
      [
        `each column is ${formatDuration(first.stepMs * 1_000)}, by the time of the answer`,
        'numbers are the peaks',
        ...(stores.some(({runs}) => runs.length > 1) ? ['of the last run'] : []),
      ],
      style,
    ),
  ].flatMap((line) => line.split('\n'));
};

const linesOf = (series: readonly BenchPoint[], stepMs: number): readonly Line[] => {
  const answers = series.map(({allowed, denied}) => Math.round(((allowed + denied) * 1_000) / stepMs));
  const p50 = series.map(({p50Us}) => p50Us);
  const max = series.map(({maxUs}) => maxUs);
  const without = series.map(({withoutStore}) => withoutStore);
  return [
    {label: 'answers/s', values: answers, peak: formatCount(top(answers)), role: 'good'},
    {label: 'p50', values: p50, peak: latencyText(top(p50)), role: 'dim'},
    {label: 'longest', values: max, peak: latencyText(top(max)), role: 'warn'},
    ...(top(without) === 0
      ? []
      : [
          {
            label: 'without the store',
            values: without,
            peak: formatCount(top(without)),
            role: 'bad' as const,
          },
        ]),
  ];
};

const drawn = ({label, values, peak, role}: Line, labels: number, peaks: number, style: Style): string => {
  const paint = painter(style);
  const room = usableWidth(style) - labels - peaks - 6;
  const [row = ''] = spark(fitted(values, room), 1, style);
  return `  ${paint(label.padEnd(labels), 'dim')}  ${visible(peak, style).padStart(peaks)} ${paint(signs(style).axis, 'dim')}${paint(row.trimEnd(), role)}`;
};

/** As many columns as there is room for; each is the highest of what it stands for, so that no peak is lost. */
const fitted = (values: readonly number[], room: number): readonly number[] => {
  if (values.length <= room) return values;
  const per = Math.ceil(values.length / room);
  return Array.from({length: Math.ceil(values.length / per)}, (_, i) =>
    top(values.slice(i * per, (i + 1) * per)),
  );
};

const top = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
const longest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, text.length), 0);
