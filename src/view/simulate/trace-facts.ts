import type {Fact} from '../facts.ts';
import type {Piece} from '../flow.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import {formatSpan} from '../format-span.ts';
import type {SimulateReport} from '../model/simulate-report.ts';
import {nameText} from '../name-text.ts';

const NAMED = 3;

const shardText = ({index, of, thresholds}: NonNullable<SimulateReport['shard']>): readonly string[] => [
  `${formatCount(index)} of ${formatCount(of)}`,
  ...(thresholds.length > 0
    ? [`${formatPlural(thresholds.length, 'threshold')} left to simulate merge`]
    : []),
];

/** What was read, and everything about it that makes the result less sure. */
export const traceFacts = ({trace, shard}: SimulateReport): readonly Fact[] => {
  const more = trace.files.length - NAMED;
  const files: (string | Piece)[] = trace.files.slice(0, NAMED).map(nameText);
  if (more > 0) files.push(`${formatPlural(more, 'file')} more`);
  const size: string[] = [formatPlural(trace.requests, 'request'), formatPlural(trace.keys, 'key')];
  if (trace.cost !== trace.requests) size.push(`cost ${formatCount(trace.cost)}`);
  const doubts: Piece[] = [];
  if (trace.skipped > 0)
    doubts.push({text: `${formatPlural(trace.skipped, 'bad line')} skipped`, role: 'warn'});
  if (trace.outOfOrder > 0)
    doubts.push({text: `${formatPlural(trace.outOfOrder, 'request')} out of order`, role: 'warn'});
  if (trace.notRequests > 0)
    doubts.push({
      text: `${formatPlural(trace.notRequests, 'line that is not a request', 'lines that are not requests')}`,
    });
  return [
    {label: 'trace', value: [...files, {text: trace.format, role: 'dim'}]},
    {label: 'size', value: size},
    {
      label: 'time',
      value: trace.start === null || trace.end === null ? [] : formatSpan(trace.start, trace.end),
    },
    {label: 'note', value: doubts},
    {
      label: 'shard',
      value: shard === undefined ? [] : shardText(shard),
    },
  ];
};
