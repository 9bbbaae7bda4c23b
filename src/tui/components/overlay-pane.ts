import {createElement, type ReactElement, useEffect} from 'react';
import type {HistoryReader} from '../data/row-history.ts';
import {contextLines} from '../panes/context-lines.ts';
import {detailLines} from '../panes/detail-lines.ts';
import {dialogLines} from '../panes/dialog-lines.ts';
import type {Drawing} from '../panes/drawing.ts';
import {helpLines} from '../panes/help-lines.ts';
import {type Title, titleLine} from '../panes/title-line.ts';
import type {DashboardState, Overlay} from '../state/dashboard-state.ts';
import {blockOf, Lines} from './lines.ts';
import type {ScreenProps} from './screen.ts';

export interface OverlayPaneProps {
  readonly overlay: Overlay;
  readonly state: DashboardState;
  readonly drawing: Drawing;
  readonly history: HistoryReader;
  readonly width: number;
  readonly lines: number;
  readonly onOverscroll: ScreenProps['onOverscroll'] | undefined;
}

/** What takes the place of the panes: help, one key, contexts, a change. Longer than the screen it can be scrolled. */
export const OverlayPane = ({
  overlay,
  state,
  drawing,
  history,
  width,
  lines,
  onOverscroll,
}: OverlayPaneProps): ReactElement => {
  const content = contentOf(overlay, state, drawing, history);
  const room = lines - 1;
  const {scroll} = state;
  const rest = Math.max(0, content.length - room);
  useEffect(() => {
    if (scroll > rest) onOverscroll?.(rest);
  }, [scroll, rest, onOverscroll]);
  const from = Math.min(scroll, rest);
  const shown = content.slice(from, from + room);
  const hidden = content.length - from - shown.length;
  const title = titleLine(
    {...titleOf(overlay), right: hidden > 0 ? `${hidden} more lines: j` : '', focus: 'here'},
    drawing,
  );
  return createElement(Lines, {text: blockOf([title, ...shown], lines), width, lines});
};

const contentOf = (
  overlay: Overlay,
  state: DashboardState,
  drawing: Drawing,
  history: HistoryReader,
): readonly string[] => {
  switch (overlay.kind) {
    case 'help':
      return helpLines(state.look?.readOnly === false ? 'read-write' : 'read-only', drawing);
    case 'detail':
      return detailLines(overlay, history, drawing);
    case 'contexts':
      return contextLines(
        state.contexts,
        overlay.cursor,
        state.context ?? state.look?.contextName ?? null,
        drawing,
      );
    case 'dialog':
      return dialogLines(overlay.dialog, drawing);
    case 'filter':
      return [];
  }
};

const titleOf = (overlay: Overlay): Pick<Title, 'name' | 'about'> => {
  switch (overlay.kind) {
    case 'help':
      return {name: 'help', about: 'every key'};
    case 'detail':
      return {name: 'explain', about: `${overlay.key.limit}/${overlay.key.key}`};
    case 'contexts':
      return {name: 'contexts', about: 'in the configuration'};
    case 'dialog':
      return {name: overlay.dialog.action, about: ''};
    case 'filter':
      return {name: 'filter'};
  }
};
