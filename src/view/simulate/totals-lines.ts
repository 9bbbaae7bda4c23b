import {formatDuration} from '../../base/duration.ts';
import {type Fact, facts} from '../facts.ts';
import {formatCount, formatPlural, formatShare, shareOf} from '../format-number.ts';
import {formatInstant} from '../format-span.ts';
import type {SimulateReport} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';
import type {Style} from '../style.ts';
import {type Row, table} from '../table.ts';

const COLUMNS = [
  {title: ''},
  {title: '', align: 'right'},
  {title: '', align: 'right'},
  {title: '', elastic: true, min: 6, drop: 1},
] as const;

const worstKey = ({limits}: SimulateReport): string => {
  const worst = limits
    .filter((limit) => limit.mode === 'enforce')
    .flatMap((limit) =>
      limit.top.filter(({shadow}) => shadow !== true).map((key) => ({...key, limit: limit.name})),
    )
    .reduce<{key: string; denied: number; requests: number; limit: string} | undefined>(
      (most, key) => (key.denied > (most?.denied ?? 0) ? key : most),
      undefined,
    );
  if (worst === undefined) return '';
  const rate = formatShare(shareOf(worst.denied, worst.requests) ?? 0);
  return `${nameText(worst.key)}: ${formatCount(worst.denied)} of ${formatPlural(worst.requests, 'request')} denied by ${worst.limit} (${rate})`;
};

const worstTime = ({series, trace}: SimulateReport): string => {
  const worst = series.buckets.reduce((most, bucket) => (bucket.denied > most.denied ? bucket : most), {
    t: '',
    allowed: 0,
    denied: 0,
  });
  if (worst.denied === 0 || series.buckets.length < 2) return '';
  const at = formatInstant(worst.t, trace.start ?? worst.t, trace.end ?? worst.t);
  return `${formatCount(worst.denied)} of ${formatPlural(worst.allowed + worst.denied, 'request')} denied in the ${formatDuration(series.bucketMs * 1_000)} from ${at}`;
};

const remarks = (report: SimulateReport): readonly Fact[] => {
  const {never, delayed, unlimited} = report.totals;
  const some = (count: number, text: string): string[] =>
    count > 0 ? [`${formatCount(count)} ${text}`] : [];
  return [
    {
      label: 'of allowed',
      value: [...some(delayed, 'held back'), ...some(unlimited, 'to which no limit applied')],
    },
    {label: 'of denied', value: some(never, 'for ever: their cost can never fit')},
    {label: 'worst key', value: worstKey(report)},
    {label: 'worst time', value: worstTime(report)},
  ];
};

/** Would it hurt anyone, whom, when: allowed and denied, then who and when it hits most. */
export const totalsLines = (report: SimulateReport, style: Style): readonly string[] => {
  const {allowed, denied} = report.totals;
  if (report.trace.requests === 0) return [];
  const row = (label: string, count: number, role: 'good' | 'bad'): Row => {
    const share = count / report.trace.requests;
    return {
      cells: [
        {text: label.padEnd('worst time'.length), role: 'dim'},
        formatCount(count),
        formatShare(share),
        {share, role},
      ],
    };
  };
  const lines = table(COLUMNS, [row('allowed', allowed, 'good'), row('denied', denied, 'bad')], style);
  return [...lines, ...facts(remarks(report), style, 'worst time'.length)];
};
