import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {
  BenchAccuracy,
  BenchDifference,
  BenchMetric,
  BenchReport,
  BenchSweep,
  BenchSweepStep,
  BenchTarget,
} from '../model/bench-report.ts';
import {latencyText, precise} from './words.ts';

const spanText = (ms: number): string => formatDuration(ms * 1_000);

export const verdictText = (verdict: BenchSweepStep['verdict']): string =>
  ({holds: 'holds', slow: 'p99 too high', behind: 'falls behind', errors: 'store lost'})[verdict];

export const limitedText = ({limitedBy}: BenchSweep): string =>
  ({
    store: 'a rate fails when it failed twice',
    client: 'the client had no more to give where rates failed: more --processes may reach a higher one',
    nothing: 'no rate failed',
  })[limitedBy];

export const accuracyNotes = (accuracy: BenchAccuracy): readonly string[] => [
  `${formatPlural(accuracy.processes, 'process', 'processes')} on one key of ${formatCount(accuracy.ratePerSecond)}/s with bursts of ${formatCount(accuracy.burst)}, ${formatCount(accuracy.offeredPerSecond)}/s offered`,
];

const TARGET_NAMES: Readonly<Record<BenchTarget['name'], string>> = {
  'overhead-p50': 'overhead of a check, p50',
  'false-positives': 'false positives',
  accuracy: 'accuracy across instances',
  recovery: 'recovery of the store',
};

export const targetCells = ({store, name, actual, target, met}: BenchTarget): readonly string[] => {
  const text = (value: number): string =>
    name === 'overhead-p50' ? latencyText(value) : name === 'recovery' ? spanText(value) : precise(value);
  return [
    met ? 'PASS' : 'MISS',
    store,
    TARGET_NAMES[name],
    text(actual),
    `${name === 'accuracy' ? 'at least' : 'below'} ${text(target)}`,
  ];
};

const METRIC_NAMES: Readonly<Record<BenchMetric, string>> = {
  decisionsPerSecond: 'decisions/s',
  p50Us: 'p50',
  p99Us: 'p99',
  p999Us: 'p99.9',
  kneePerSecond: 'knee/s',
};

export const metricName = (metric: BenchMetric): string => METRIC_NAMES[metric];

export const metricText = (metric: BenchMetric, value: number): string =>
  metric.endsWith('Us') ? latencyText(value) : formatCount(value);

export const signedShare = (share: number | null): string => {
  if (share === null) return '';
  const tenths = Math.round(share * 1_000) / 10;
  return tenths === 0 ? '0%' : `${tenths > 0 ? '+' : ''}${formatCount(tenths)}%`;
};

export const differenceText = ({verdict, judged}: BenchDifference): string => {
  if (verdict === 'worse') return judged ? 'WORSE' : 'worse, not judged';
  return {better: 'better', same: 'same', unclear: 'too noisy to tell'}[verdict];
};

export const comparisonNotes = ({comparison}: BenchReport): readonly string[] => {
  if (comparison === null) return [];
  const {differing, maxRegression, differences} = comparison;
  return [
    `worse: by more than ${formatShare(maxRegression)}, and by more than runs of the same settings differ`,
    ...(differences.some(({noise}) => noise === null)
      ? [
          'single runs on both sides do not tell the noise: below 30% (p99: 100%, knee: 15%) it is too noisy to tell, and --runs 3 tells it',
        ]
      : []),
    ...differing.map((text) => `not the same: ${text}`),
  ];
};

export const noiseNotes = ({noise}: BenchReport): readonly string[] => [
  ...(noise.tooNoisy ? ['the machine was too noisy to tell: repeat it on a quiet one'] : []),
  ...noise.reasons,
];
