import {formatDuration} from '../base/duration.ts';
import {type Fact, facts} from './facts.ts';
import {formatCount, formatPlural} from './format-number.ts';
import type {TraceInfo} from './model/trace-info.ts';
import type {Style} from './style.ts';

const resolutionText = ({resolutionMs, sharedInstants}: TraceInfo): readonly string[] => {
  const unit = formatDuration(Math.round(resolutionMs * 1000));
  if (sharedInstants === 0) return [unit];
  return [
    unit,
    `${formatPlural(sharedInstants, 'request')} share the stamp of the one before: their order and distance are unknown`,
  ];
};

const orderText = ({outOfOrder, largestStepBackMs}: TraceInfo): readonly string[] =>
  outOfOrder === 0
    ? ['in order of time']
    : [
        `${formatPlural(outOfOrder, 'request')} out of order`,
        `up to ${formatDuration(Math.round(largestStepBackMs * 1000))} back`,
      ];

const factsOf = (info: TraceInfo): readonly Fact[] => {
  const none = info.requests === 0;
  return [
    {label: 'file', value: info.file},
    {
      label: 'format',
      value: [info.format, info.title, ...(info.compression === 'none' ? [] : [info.compression])],
    },
    {
      label: 'lines',
      value: [
        formatPlural(info.lines, 'line'),
        formatPlural(info.requests, 'request'),
        ...(info.notRequests > 0 ? [`${formatCount(info.notRequests)} not requests`] : []),
        ...(info.blank > 0 ? [`${formatCount(info.blank)} blank`] : []),
        info.skipped === 0 ? '0 bad' : {text: `${formatCount(info.skipped)} bad`, role: 'warn'},
      ],
    },
    {
      label: 'span',
      value: none ? [] : [`${info.start} to ${info.end}`, formatDuration(Math.round(info.spanMs * 1000))],
    },
    {label: 'resolution', value: none ? [] : resolutionText(info)},
    {label: 'order', value: none ? [] : orderText(info)},
    {
      label: 'keys',
      value: none
        ? []
        : [
            formatPlural(info.keys, 'key'),
            ...info.top.map(({key, requests}) => `${key} ${formatCount(requests)}`),
          ],
    },
    {label: 'peak', value: none ? [] : `${formatPlural(info.peakPerSecond, 'request')} in one second`},
    {
      label: 'cost',
      value:
        info.cost === info.requests
          ? []
          : [`${formatCount(info.cost)} in all`, `largest ${formatCount(info.largestCost)}`],
    },
    ...info.notes.map((note) => ({label: 'note', value: note})),
  ];
};

/** The facts of each trace, a blank line between two. */
export const traceInfoTable = (infos: readonly TraceInfo[], style: Style): string =>
  infos.map((info) => `${facts(factsOf(info), style).join('\n')}\n`).join('\n');
