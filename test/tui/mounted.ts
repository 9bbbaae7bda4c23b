import {PassThrough, Writable} from 'node:stream';
import {render} from 'ink';
import {createElement} from 'react';
import {App} from '../../src/tui/components/app.ts';
import {Dashboard, type DashboardWorld} from '../../src/tui/dashboard.ts';
import {initialState} from '../../src/tui/state/initial-state.ts';
import {NOON_MS} from './synthetic-look.ts';

/** A terminal that keeps nothing but how much was written. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  bytes = 0;
  writes = 0;

  constructor(columns: number, rows: number) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.bytes += chunk.length;
        this.writes++;
        done();
      },
    });
    this.columns = columns;
    this.rows = rows;
  }
}

class Keyboard extends PassThrough {
  readonly isTTY = true;
  setRawMode = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}

export interface Mounted {
  readonly dashboard: Dashboard;
  readonly screen: {readonly bytes: number; readonly writes: number};
  unmount(): void;
}

/** The whole dashboard on a terminal that is not there. `now` decides how often it draws. */
export const mounted = (columns: number, rows: number, now: () => number): Mounted => {
  const nothing = (): void => undefined;
  const world: DashboardWorld = {
    environment: {compile: (text) => (subjects) => subjects.map((one) => one.includes(text))},
    operations: {
      planReset: () => Promise.reject(new Error('not here')),
      reset: () => Promise.reject(new Error('not here')),
      planOverride: () => Promise.reject(new Error('not here')),
      override: () => Promise.reject(new Error('not here')),
    },
    now,
    loader: {
      refresh: nothing,
      pause: nothing,
      resume: nothing,
      every: nothing,
      ask: nothing,
      explain: nothing,
      switchTo: nothing,
      stop: nothing,
    },
    terminal: {copy: nothing, mouse: nothing, redraw: nothing, suspend: async () => undefined},
    quit: nothing,
  };
  const dashboard = new Dashboard(
    initialState({
      columns,
      lines: rows,
      now: NOON_MS,
      sort: 'used',
      direction: 'forward',
      timeFormat: 'relative',
      interval: 100,
      contexts: [],
    }),
    world,
  );
  const screen = new Screen(columns, rows);
  const instance = render(
    createElement(App, {dashboard, style: {colour: true, ascii: false}, timeZone: 'UTC'}),
    {
      stdout: screen as unknown as NodeJS.WriteStream,
      stdin: new Keyboard() as unknown as NodeJS.ReadStream,
      exitOnCtrlC: false,
      patchConsole: false,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
      maxFps: 1_000,
    },
  );
  return {
    dashboard,
    screen,
    unmount: () => {
      dashboard.end();
      instance.unmount();
    },
  };
};
