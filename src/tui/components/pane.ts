import {createElement, type ReactElement, useEffect, useMemo} from 'react';
import type {Look} from '../data/look.ts';
import {noticesOf} from '../data/notices.ts';
import {alertLines} from '../panes/alert-lines.ts';
import {type Drawing, narrowed} from '../panes/drawing.ts';
import {eventLines} from '../panes/event-lines.ts';
import {limitLines} from '../panes/limit-lines.ts';
import {sectionLines} from '../panes/section-lines.ts';
import {titleLine} from '../panes/title-line.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import {countOf, type PaneBox} from '../state/layout.ts';
import {blockOf, Lines} from './lines.ts';
import type {ScreenProps} from './screen.ts';

export interface PaneProps {
  readonly box: PaneBox;
  readonly look: Look;
  readonly state: Pick<DashboardState, 'look' | 'rows'>;
  readonly drawing: Drawing;
  /** In the middle it tells more and can be scrolled. */
  readonly place: 'middle' | 'beside';
  readonly scroll: number;
  readonly onOverscroll: ScreenProps['onOverscroll'] | undefined;
}

const ABOUT: Readonly<Record<PaneBox['name'], string>> = {
  keys: '',
  limits: '',
  tokens: '',
  breakers: '',
  queues: '',
  pools: '',
  load: '',
  instances: '',
  events: 'newest first',
  alerts: '',
};

/** Any pane but that of the keys. */
export const Pane = ({box, look, state, drawing, place, scroll, onOverscroll}: PaneProps): ReactElement => {
  const {name, width, lines} = box;
  const count = countOf(name, state);
  const {text, rest} = useMemo(() => {
    const own = narrowed(drawing, width);
    const content = contentOf(name, look, own, place);
    const rest = Math.max(0, content.length - (lines - 1));
    const from = place === 'middle' ? Math.min(scroll, rest) : 0;
    const shown = content.slice(from, from + lines - 1);
    const hidden = content.length - from - shown.length;
    const right =
      hidden > 0 ? `${hidden} more ${hidden === 1 ? 'line' : 'lines'}` : count > 0 ? String(count) : '';
    const title = titleLine(
      {name, about: ABOUT[name], right, focus: place === 'middle' ? 'here' : 'elsewhere'},
      own,
    );
    return {
      rest,
      text: blockOf([title, ...(content.length === 0 ? [own.paint('  none', 'dim')] : shown)], lines),
    };
  }, [look, drawing, name, width, lines, place, scroll, count]);
  useEffect(() => {
    if (place === 'middle' && scroll > rest) onOverscroll?.(rest);
  }, [place, scroll, rest, onOverscroll]);
  return createElement(Lines, {text, width, lines});
};

const contentOf = (
  name: PaneBox['name'],
  look: Look,
  drawing: Drawing,
  place: PaneProps['place'],
): readonly string[] => {
  const {report, series, journal} = look;
  switch (name) {
    case 'limits':
      return report.usage.length === 0 ? [] : limitLines(report.usage, series, drawing);
    case 'events':
      return eventLines(journal, journal.length, drawing);
    case 'alerts':
      return alertLines(noticesOf(look), drawing);
    case 'tokens':
    case 'breakers':
    case 'queues':
    case 'pools':
    case 'load':
    case 'instances':
      return sectionLines(name, report, place === 'middle' ? 'wide' : 'table', drawing);
    case 'keys':
      return [];
  }
};
