import {createElement, type ReactElement, useMemo} from 'react';
import {flow} from '../../view/flow.ts';
import {formatCount} from '../../view/format-number.ts';
import type {Look} from '../data/look.ts';
import type {HistoryReader} from '../data/row-history.ts';
import {type Drawing, narrowed} from '../panes/drawing.ts';
import {columnNeeds, keyColumns} from '../panes/key-columns.ts';
import {keyLines} from '../panes/key-lines.ts';
import {titleLine} from '../panes/title-line.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import type {PaneBox} from '../state/layout.ts';
import {blockOf, Lines} from './lines.ts';

export interface KeysPaneProps {
  readonly box: PaneBox;
  readonly look: Look;
  readonly state: DashboardState;
  readonly drawing: Drawing;
  readonly history: HistoryReader;
}

/** The table of keys: of all rows only those that are seen are made. */
export const KeysPane = ({box, look, state, drawing, history}: KeysPaneProps): ReactElement => {
  const {width, lines} = box;
  const {rows, cursor, marked} = state;
  const needs = useMemo(() => columnNeeds(rows), [rows]);
  const page = Math.max(1, lines - 2);
  const top = Math.min(state.top, Math.max(0, rows.length - page));
  const own = narrowed(drawing, width);
  const columns = keyColumns(needs, look.report, drawing.times, own.style);
  const seen = rows.slice(top, top + page);
  const elapsed = state.paused || state.lost !== undefined ? 0 : Math.max(0, state.now - look.at);
  const content =
    rows.length === 0
      ? emptyLines(look, state, own)
      : keyLines(
          {rows: seen, columns, cursor: state.pane === 'keys' ? cursor - top : -1, marked, history, elapsed},
          own,
        );
  const title = titleLine(
    {
      name: 'keys',
      about: aboutKeys(state),
      right: rangeText(state, look, top, seen.length),
      focus: state.pane === 'keys' ? 'here' : 'elsewhere',
    },
    own,
  );
  return createElement(Lines, {text: blockOf([title, ...content], lines), width, lines});
};

const SORTS = {
  used: ['the worst first', 'the best first'],
  reset: ['what lifts first', 'what lifts last'],
  denied: ['most refusals first', 'fewest refusals first'],
  key: ['by name', 'by name, backwards'],
} as const;

const aboutKeys = ({sort, direction, filter, filterProblem, marked}: DashboardState): string =>
  [
    SORTS[sort][direction === 'forward' ? 0 : 1],
    ...(filter === '' || filter === '!'
      ? []
      : [filterProblem === undefined ? `filter /${filter}` : 'filter not used']),
    ...(marked.size === 0 ? [] : [`${marked.size} marked`]),
  ].join(', ');

const rangeText = (
  {rows}: Pick<DashboardState, 'rows'>,
  {report: {totals}}: Look,
  top: number,
  seen: number,
): string => {
  if (rows.length === 0) return '';
  const more = totals.matching > totals.shown ? ` (${formatCount(totals.matching)} in all)` : '';
  return `${formatCount(top + 1)}-${formatCount(top + seen)} of ${formatCount(rows.length)}${more}`;
};

const emptyLines = (
  {report: {keys, scope}}: Look,
  {filter}: Pick<DashboardState, 'filter'>,
  {style, paint}: Drawing,
): readonly string[] => {
  const text =
    keys.length > 0 && filter !== ''
      ? [`no key matches /${filter}`, 'Esc clears the filter']
      : scope.kind === 'recent'
        ? [{text: 'no key is limited or near a limit', role: 'good' as const}, 'every key: --all']
        : [`no keys: ${scope.selector}`];
  return ['', ...flow(text, style.width - 2, style).map((line) => `  ${paint(line)}`)];
};
