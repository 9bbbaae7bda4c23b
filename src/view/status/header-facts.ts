import {spanText} from '../../base/span-text.ts';
import type {Fact} from '../facts.ts';
import type {Piece} from '../flow.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {LimitUsageFacts, StatusReport, StatusStore, UsageCounts} from '../model/status-report.ts';
import {isoInZone, type Times} from '../when.ts';

const skewText = ({skewMs, skewErrorMs}: StatusStore): string | Piece => {
  const size = Math.abs(skewMs);
  if (size <= Math.max(skewErrorMs, 1))
    return `as this machine's (within ${spanText(Math.max(skewErrorMs, 1))})`;
  const text = `${spanText(size)} ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's (within ${spanText(Math.max(skewErrorMs, 1))})`;
  return size >= 1_000 ? {text, role: 'warn'} : text;
};

const countsText = ({allowed, denied, shadowDenied}: UsageCounts): string =>
  `${formatCount(allowed)} allowed, ${formatCount(denied)} denied${denied > 0 ? ` (${formatShare(denied / (allowed + denied))})` : ''}${shadowDenied > 0 ? `, ${formatCount(shadowDenied)} in shadow` : ''}`;

/** Where an answer is from: store, clock, policy. */
export const storeFacts = (
  {store, policy}: Pick<StatusReport, 'store' | 'policy'>,
  contextName: string | null,
  times: Times,
): readonly Fact[] => [
  {
    label: 'store',
    value: [
      store.url,
      store.server,
      ...(contextName === null ? [] : [`context ${contextName}`]),
      ...store.remarks.map((text) => ({text, role: 'warn' as const})),
    ],
  },
  {label: 'clock', value: [isoInZone(Date.parse(store.now), times.timeZone), skewText(store)]},
  {
    label: 'policy',
    value:
      policy === null
        ? [{text: 'none found: keys are listed, not judged', role: 'warn'}, 'name it with --policy FILE']
        : [policy.from === policy.file ? policy.file : `${policy.file}, ${policy.from}`],
  },
];

/** Where a report is from, and what was set at run time. */
export const headerFacts = (
  report: StatusReport,
  contextName: string | null,
  times: Times,
): readonly Fact[] => [
  ...storeFacts(report, contextName, times),
  {
    label: 'overrides',
    value:
      report.liveOverrides === 0 ? [] : [`${formatPlural(report.liveOverrides, 'override')} set at run time`],
  },
];

/** What the limits did in the last minute and hour, a line each; those that saw nothing in the last hour are left out. */
export const usageFacts = (usage: readonly LimitUsageFacts[]): readonly Fact[] => {
  const seen = usage.filter(({lastHour: {allowed, denied}}) => allowed + denied > 0);
  return seen.map(({limit, lastMinute, lastHour}, i) => ({
    label: i === 0 ? 'usage' : '',
    value: [limit, `minute: ${countsText(lastMinute)}`, `hour: ${countsText(lastHour)}`],
  }));
};
