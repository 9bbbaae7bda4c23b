import {setTimeout as sleep} from 'node:timers/promises';
import {render} from 'ink';
import {createElement} from 'react';
import type {StatusQuery} from '../operate/status/read-status.ts';
import type {StatusReport} from '../view/model/status-report.ts';
import type {Style} from '../view/style.ts';
import type {TimeFormat} from '../view/when.ts';
import {App} from './components/app.ts';
import {Dashboard} from './dashboard.ts';
import type {Connect} from './data/connection.ts';
import {Loader} from './data/loader.ts';
import {MouseInput} from './mouse-input.ts';
import type {Operations} from './operations.ts';
import type {CompileFilter} from './state/choose-rows.ts';
import type {ContextChoice} from './state/dashboard-state.ts';
import {initialState} from './state/initial-state.ts';
import {Terminal} from './terminal.ts';

export interface DashboardOptions {
  readonly connect: Connect;
  readonly query: StatusQuery;
  /** ms between two looks. */
  readonly interval: number;
  readonly compile: CompileFilter;
  readonly operations: Operations;
  readonly contexts: readonly ContextChoice[];
  readonly style: Pick<Style, 'colour' | 'ascii'>;
  readonly timeFormat: TimeFormat;
  /** IANA name. */
  readonly timeZone: string;
  /** Sentences instead of a screen. */
  readonly reader: 'eyes' | 'screen reader';
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Ends the dashboard as soon as it holds. */
  readonly until?: (report: StatusReport) => boolean;
  /** Gets what restores the terminal, to be called when the process is told to end. */
  readonly onStart: (restore: () => void) => void;
}

const TICK_MS = 1_000;
/** Longest wait for the store when the dashboard was left. */
const CLOSING_MS = 300;

/** A pty may say 0, and then nobody knows. */
const sizeOf = ({columns, rows}: NodeJS.WriteStream): {readonly columns: number; readonly lines: number} => ({
  columns: columns > 0 ? columns : 80,
  lines: rows > 0 ? rows : 24,
});

/**
 * Shows the dashboard until somebody leaves it. Rejects with a RatectlError when the first look fails, and with what goes wrong
 * inside; the terminal is then as it was before.
 */
export const runDashboard = async (options: DashboardOptions): Promise<'left' | 'condition met'> => {
  const {stdin, stdout, now, query, reader, onStart} = options;
  const terminal = new Terminal(stdout, reader === 'eyes' ? 'mouse' : 'keys only');
  let ending: 'left' | 'condition met' = 'left';
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const loader: Loader = new Loader({
    connect: options.connect,
    query,
    interval: options.interval,
    now,
    events: {
      looked: (look) => {
        dashboard.dispatch({kind: 'looked', look});
        if (options.until?.(look.report) !== true) return;
        ending = 'condition met';
        leave();
      },
      lost: (reason) => dashboard.dispatch({kind: 'lost', reason, now: now()}),
      explained: (key, answer) => dashboard.dispatch({kind: 'explained', key, answer}),
    },
  });
  const dashboard: Dashboard = new Dashboard(
    initialState({
      ...sizeOf(stdout),
      now: now(),
      sort: query.sort,
      direction: query.direction,
      timeFormat: options.timeFormat,
      interval: options.interval,
      contexts: options.contexts,
    }),
    {
      environment: {compile: options.compile},
      operations: options.operations,
      now,
      loader,
      terminal: {
        copy: (text) => terminal.copy(text),
        mouse: (to) => terminal.mouse(to),
        redraw: () => instance.clear(),
        suspend: (hand) => terminal.suspend(hand),
      },
      quit: () => leave(),
    },
  );
  const loading = loader.run();
  const input = new MouseInput(stdin, ({what, line}) =>
    dashboard.dispatch(what === 'press' ? {kind: 'clicked', line} : {kind: 'key', name: what}),
  );
  input.on('end', () => leave());
  const {style, timeZone} = options;
  const onGone = (): void => terminal.mouse('off');
  const instance = render(createElement(App, {dashboard, style, timeZone, onGone}), {
    stdin: input as unknown as NodeJS.ReadStream,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: reader === 'eyes',
    incrementalRendering: true,
    isScreenReaderEnabled: reader === 'screen reader',
    interactive: true,
    maxFps: 30,
  });
  const restore = (): void =>
    terminal.restore(() => {
      // Ink would paint the whole screen once more before it leaves it. What was said to a screen reader stays.
      if (reader === 'eyes') instance.rerender(null);
      instance.unmount();
    });
  onStart(restore);
  // A crash ends the process without asking anybody: this is heard even then.
  process.on('exit', restore);
  terminal.mouse('on');
  const resized = (): void => dashboard.dispatch({kind: 'resized', ...sizeOf(stdout)});
  stdout.on('resize', resized);
  const ticking = setInterval(() => dashboard.dispatch({kind: 'ticked', now: now()}), TICK_MS);
  try {
    await Promise.race([left, loading, instance.waitUntilExit()]);
  } finally {
    clearInterval(ticking);
    process.off('exit', restore);
    stdout.off('resize', resized);
    dashboard.end();
    loader.stop();
    restore();
    input.release();
    // A request under way may end, so that the store is closed in order; what it answers is of no use any more.
    await Promise.race([loading.catch(() => undefined), sleep(CLOSING_MS)]);
  }
  return ending;
};
