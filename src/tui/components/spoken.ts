import {Text} from 'ink';
import {createElement, type ReactElement} from 'react';
import {painter} from '../../view/colour.ts';
import {spokenLines} from '../panes/spoken-lines.ts';
import type {ScreenProps} from './screen.ts';

/** For screen readers: sentences, one below the other, without bars, curves and columns. */
export const Spoken = ({state, timeZone}: Pick<ScreenProps, 'state' | 'timeZone'>): ReactElement => {
  const now = state.look === undefined ? 0 : Date.parse(state.look.report.store.now);
  const lines = spokenLines(state, {
    style: {width: Math.max(40, state.columns), colour: false, ascii: true},
    paint: painter({colour: false}),
    times: {format: state.timeFormat, timeZone, now},
    clock: '',
  });
  return createElement(Text, null, lines.join('\n'));
};
