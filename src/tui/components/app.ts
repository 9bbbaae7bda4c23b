import {useApp, useInput, useIsScreenReaderEnabled, usePaste} from 'ink';
import {
  createElement,
  type ReactElement,
  useCallback,
  useEffect,
  useLayoutEffect,
  useSyncExternalStore,
} from 'react';
import type {Dashboard} from '../dashboard.ts';
import {keyNames} from '../keys/key-names.ts';
import {Screen, type ScreenProps} from './screen.ts';
import {Spoken} from './spoken.ts';

export interface AppProps extends Pick<ScreenProps, 'style' | 'timeZone'> {
  readonly dashboard: Dashboard;
  /** Told when it is taken away, also by a signal that ends the process and that Ink alone hears (SIGQUIT, SIGABRT). */
  readonly onGone?: () => void;
}

/** The dashboard on a terminal: keys in, frames out. */
export const App = ({dashboard, style, timeZone, onGone}: AppProps): ReactElement => {
  const state = useSyncExternalStore(dashboard.subscribe, dashboard.frame);
  const {suspendTerminal} = useApp();
  const spoken = useIsScreenReaderEnabled();
  useEffect(() => dashboard.setSuspend(suspendTerminal), [dashboard, suspendTerminal]);
  useLayoutEffect(() => onGone, [onGone]);
  const onOverscroll = useCallback(
    (most: number) => dashboard.dispatch({kind: 'measured', most}),
    [dashboard],
  );
  useInput((input, key) => {
    for (const name of keyNames(input, key)) dashboard.dispatch({kind: 'key', name});
  });
  usePaste((text) => dashboard.dispatch({kind: 'pasted', text}));
  return spoken
    ? createElement(Spoken, {state, timeZone})
    : createElement(Screen, {state, history: dashboard.history, style, timeZone, onOverscroll});
};
