import {Box, Text} from 'ink';
import {createElement, Fragment, type ReactElement, useMemo} from 'react';
import {painter} from '../../view/colour.ts';
import type {Style} from '../../view/style.ts';
import {isoInZone} from '../../view/when.ts';
import {noticesOf} from '../data/notices.ts';
import type {HistoryReader} from '../data/row-history.ts';
import {alertStrip} from '../panes/alert-lines.ts';
import {type Drawing, narrowed} from '../panes/drawing.ts';
import {footerLine} from '../panes/footer-line.ts';
import {headerLines} from '../panes/header-lines.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import {type Layout, layoutOf, type PaneBox} from '../state/layout.ts';
import {KeysPane} from './keys-pane.ts';
import {blockOf, Lines} from './lines.ts';
import {OverlayPane} from './overlay-pane.ts';
import {Pane} from './pane.ts';

export interface ScreenProps {
  readonly state: DashboardState;
  readonly history: HistoryReader;
  readonly style: Pick<Style, 'colour' | 'ascii'>;
  /** IANA name. */
  readonly timeZone: string;
  /** Told how many lines the text in the middle can be scrolled at most, when it was scrolled further. */
  readonly onOverscroll?: (most: number) => void;
}

/** Less cannot be laid out. */
export const SMALLEST = {columns: 40, lines: 8};

/** The whole screen. */
export const Screen = ({state, history, style, timeZone, onOverscroll}: ScreenProps): ReactElement => {
  const {columns, lines, look, overlay, timeFormat} = state;
  const {colour, ascii} = style;
  const drawing = useMemo(
    (): Drawing => ({
      style: {width: columns, colour, ascii},
      paint: painter({colour}),
      times: {
        format: timeFormat,
        timeZone,
        now: look === undefined ? 0 : Date.parse(look.report.store.now),
      },
      clock: look === undefined ? '' : isoInZone(Date.parse(look.report.store.now), timeZone).slice(11),
    }),
    [columns, colour, ascii, timeFormat, timeZone, look],
  );
  if (columns < SMALLEST.columns || lines < SMALLEST.lines)
    return createElement(
      Text,
      {wrap: 'truncate-end'},
      `ratectl: ${SMALLEST.columns}x${SMALLEST.lines} at least`,
    );
  const layout = layoutOf(state);
  const covered = overlay !== undefined && overlay.kind !== 'filter';
  const middle = covered
    ? createElement(OverlayPane, {
        overlay,
        state,
        drawing,
        history,
        width: columns,
        lines: layout.middle,
        onOverscroll,
      })
    : createElement(Panes, {state, layout, drawing, history, onOverscroll});
  return createElement(
    Box,
    {flexDirection: 'column', width: columns, height: lines},
    createElement(Lines, {
      text: blockOf(headerLines(state, drawing), layout.header),
      width: columns,
      lines: layout.header,
    }),
    middle,
    createElement(Lines, {text: footerLine(state, drawing), width: columns, lines: 1}),
  );
};

interface PanesProps {
  readonly state: DashboardState;
  readonly layout: Layout;
  readonly drawing: Drawing;
  readonly history: HistoryReader;
  readonly onOverscroll: ScreenProps['onOverscroll'] | undefined;
}

const Panes = ({state, layout, drawing, history, onOverscroll}: PanesProps): ReactElement => {
  const {look, scroll, pane} = state;
  const {main, above, below, side, alerts, columns, middle} = layout;
  if (look === undefined)
    return createElement(Lines, {
      text: blockOf(['', drawing.paint('  looking at the store', 'dim')], middle),
      width: columns,
      lines: middle,
    });
  const draw = (box: PaneBox): ReactElement =>
    box.name === 'keys'
      ? createElement(KeysPane, {key: box.name, box, look, state, drawing, history})
      : createElement(Pane, {
          key: box.name,
          box,
          look,
          state,
          drawing,
          place: box.name === pane ? 'middle' : 'beside',
          scroll: box.name === pane ? scroll : 0,
          onOverscroll,
        });
  const strip =
    alerts === 0
      ? null
      : createElement(Lines, {
          text: blockOf(alertStrip(noticesOf(look), alerts, narrowed(drawing, main.width)), alerts),
          width: main.width,
          lines: alerts,
        });
  const right = side.map(draw);
  const stack = [...above, main, ...below].map(draw);
  if (side.length === 0) return createElement(Fragment, null, strip, ...stack);
  return createElement(
    Box,
    {flexDirection: 'row', height: middle, flexShrink: 0, columnGap: columns - main.width - side[0]!.width},
    createElement(Box, {flexDirection: 'column', width: main.width, flexShrink: 0}, strip, ...stack),
    createElement(Box, {flexDirection: 'column', width: side[0]!.width, flexShrink: 0}, ...right),
  );
};
