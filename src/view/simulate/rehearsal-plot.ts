import {formatCount, formatShare} from '../format-number.ts';
import {
  REHEARSED_MODES,
  type RehearsalBucket,
  type RehearsalReport,
  type RehearsedSlot,
} from '../model/rehearsal-report.ts';
import {latencyText, refusedOf, sidesOf} from './rehearsal-rows.ts';

/** One thing over time. */
export interface RehearsalCurve {
  readonly label: string;
  /** What is worth knowing of it in a word: its peak, or its lowest. */
  readonly extreme: string;
  readonly values: readonly number[];
  readonly role: 'good' | 'bad' | 'warn';
}

export interface RehearsalPlot {
  readonly curves: readonly RehearsalCurve[];
  /** Time that a value stands for. */
  readonly stepMs: number;
}

type Join = (values: readonly number[]) => number;

const sum: Join = (values) => values.reduce((total, value) => total + value, 0);
const most: Join = (values) => values.reduce((peak, value) => Math.max(peak, value), 0);
const least: Join = (values) => values.reduce((low, value) => Math.min(low, value), 1);

/** The series put together into at most `room` values, with what happened to the policy's side and, of the other, what compares. */
export const rehearsalPlot = (report: RehearsalReport, room: number): RehearsalPlot => {
  const {buckets, bucketMs} = report.series;
  const step = Math.max(1, Math.ceil(buckets.length / room));
  const {names} = sidesOf(report);
  const values = (of: (bucket: RehearsalBucket) => number, join: Join): readonly number[] =>
    Array.from({length: Math.ceil(buckets.length / step)}, (_, i) =>
      join(buckets.slice(i * step, (i + 1) * step).map(of)),
    );
  const curve = (
    label: string,
    of: (bucket: RehearsalBucket) => number,
    join: Join,
    role: RehearsalCurve['role'],
    text: (peak: number) => string = formatCount,
  ): RehearsalCurve => {
    const all = values(of, join);
    return {label, extreme: text(most(all)), values: all, role};
  };
  const p99 = (slot: RehearsedSlot): number => slot.latencyMs?.p99 ?? 0;
  const other = (bucket: RehearsalBucket): RehearsedSlot => bucket.unprotected ?? bucket.against!;
  const of =
    (value: (slot: RehearsedSlot) => number) =>
    (bucket: RehearsalBucket): number =>
      value(bucket.protected);
  const first = buckets[0]?.protected;
  const shares = Object.keys(first?.shares ?? {}).map((name): RehearsalCurve => {
    const all = values((bucket) => bucket.protected.shares[name] ?? 1, least);
    return {label: `share ${name}`, extreme: formatShare(least(all)), values: all, role: 'warn'};
  });
  const mode = curve(
    'mode',
    of((slot) => REHEARSED_MODES.indexOf(slot.mode)),
    most,
    'warn',
    (index) => REHEARSED_MODES[index]!,
  );
  const curves: readonly RehearsalCurve[] = [
    curve('arrivals', ({arrivals}) => arrivals, sum, 'good'),
    curve(
      'good',
      of(({good}) => good),
      sum,
      'good',
    ),
    curve(
      'late',
      of(({late}) => late),
      sum,
      'bad',
    ),
    curve(
      'failed',
      of(({failed}) => failed),
      sum,
      'bad',
    ),
    curve('refused', of(refusedOf), sum, 'bad'),
    curve('latency p99', of(p99), most, 'warn', latencyText),
    curve(
      'queue',
      of(({queue}) => queue),
      most,
      'warn',
    ),
    curve(
      'in flight',
      of(({inFlight}) => inFlight),
      most,
      'good',
    ),
    curve(
      'backlog',
      of(({backlog}) => backlog),
      most,
      'warn',
    ),
    ...shares,
    mode,
    curve(
      'open breakers',
      of(({openBreakers}) => openBreakers),
      most,
      'bad',
    ),
    curve(`${names[1]}: good`, (bucket) => other(bucket).good, sum, 'good'),
    curve(`${names[1]}: p99`, (bucket) => p99(other(bucket)), most, 'bad', latencyText),
    curve(`${names[1]}: backlog`, (bucket) => other(bucket).backlog, most, 'warn'),
  ];
  return {curves: curves.filter(isWorthShowing), stepMs: step * bucketMs};
};

/** What never happened needs no line. */
const isWorthShowing = ({label, values}: RehearsalCurve): boolean =>
  label === 'good' || label.startsWith('share ') || values.some((value) => value > 0);
