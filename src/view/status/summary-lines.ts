import {patternHint} from '../../base/pattern-hint.ts';
import {painter, type Role} from '../colour.ts';
import {flow, type Piece} from '../flow.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import {STATUS_STATES, type StatusReport} from '../model/status-report.ts';
import {type Style, usableWidth} from '../style.ts';
import {stateRole} from './state-role.ts';

const nothingText = (report: StatusReport): string => {
  const {scope, totals, policy} = report;
  const unused = unusedText(report);
  if (unused !== undefined) return unused;
  if (scope.kind === 'recent')
    return policy === null
      ? 'no key was refused or near a limit in the last moments'
      : 'no key is limited or near a limit';
  if (scope.kind === 'exact') {
    const pattern = patternHint(scope.selector);
    return `${scope.selector} has no state: it was never seen, or is as if never used${pattern === undefined ? '' : `; ${pattern}`}`;
  }
  return totals.read === 0 ? 'no keys' : `none of ${formatPlural(totals.read, 'key')} matches`;
};

/** Of a server that others use, too, the wrong part may be looked at; what is in memory is new with every process. */
export const unusedText = ({unused, store: {url}}: StatusReport): string | undefined => {
  if (unused !== true || url.startsWith('memory:')) return undefined;
  const place = url.startsWith('postgres')
    ? 'database and schema'
    : url.startsWith('redis')
      ? 'database and prefix'
      : undefined;
  return `nothing of ratectl is in this store: no application has used it yet, or ${place === undefined ? 'it is not the right file' : `${place} are not the right ones`}`;
};

const nothingRole = (report: StatusReport): Role | undefined => {
  if (unusedText(report) !== undefined) return 'warn';
  return report.scope.kind === 'recent' ? 'good' : undefined;
};

/** How many keys are in which state, and what is not shown. */
export const summaryLines = (report: StatusReport, style: Style): readonly string[] => {
  const {totals, scope} = report;
  const paint = painter(style);
  const room = usableWidth(style) - 2;
  const more = totals.matching - totals.shown;
  const pieces: Piece[] = STATUS_STATES.filter((state) => totals.states[state] > 0).map((state) => ({
    text: `${formatCount(totals.states[state])} ${state}`,
    role: stateRole(state),
  }));
  const lines =
    totals.matching === 0
      ? flow([{text: nothingText(report), role: nothingRole(report)}], room, style)
      : flow(pieces, room, style);
  const hints = [
    ...(more > 0 ? [`${formatPlural(more, 'more key')}: --limit ${totals.matching}`] : []),
    ...(scope.kind === 'recent' ? ['every key: --all'] : [`${formatPlural(totals.read, 'key')} read`]),
    ...(totals.complete
      ? []
      : [scope.kind === 'recent' ? 'the most refused of more: --limit 0' : 'there may be more']),
  ];
  return [...lines, ...flow(hints, room, style).map((line) => paint(line, 'dim'))].map((line) => `  ${line}`);
};
