import {setTimeout as sleep} from 'node:timers/promises';
import {type IPty, spawn} from '@lydell/node-pty';
import {expect, onTestFinished} from 'vitest';
import {BIN} from '../e2e/command.ts';
import {TerminalScreen} from './terminal-screen.ts';

export interface PtyStart {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly lines?: number;
  /** In place of the built command. */
  readonly program?: readonly [string, ...string[]];
  /** Flags of Node before the command. */
  readonly node?: readonly string[];
}

const WITHIN_MS = 30_000;

/** The built command on a terminal. */
export class PtySession {
  readonly screen: TerminalScreen;
  readonly ended: Promise<{readonly exitCode: number; readonly signal?: number | undefined}>;
  readonly #pty: IPty;

  constructor(
    args: readonly string[],
    {cwd, env = {}, columns = 100, lines = 30, program, node = []}: PtyStart,
  ) {
    const {NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...clean} = process.env;
    const [file, ...rest] = program ?? [process.execPath, ...node, BIN, ...args];
    this.screen = new TerminalScreen(columns, lines);
    this.#pty = spawn(file, rest, {
      cols: columns,
      rows: lines,
      cwd,
      env: {...clean, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env} as Record<
        string,
        string
      >,
    });
    this.#pty.onData((data) => this.screen.write(data));
    this.ended = new Promise((resolve) => this.#pty.onExit(resolve));
    onTestFinished(() => this.#pty.kill('SIGKILL'));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Presses keys, one after the other, as a person does. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#pty.write(key);
      await sleep(30);
    }
  }

  resize(columns: number, lines: number): void {
    this.screen.resize(columns, lines);
    this.#pty.resize(columns, lines);
  }

  signal(name: NodeJS.Signals): void {
    this.#pty.kill(name);
  }

  /** Waits until the screen shows it. */
  async sees(what: string | RegExp): Promise<void> {
    await this.#until(what, (text) => (typeof what === 'string' ? text.includes(what) : what.test(text)));
  }

  async seesNot(what: string): Promise<void> {
    await this.#until(`not ${what}`, (text) => !text.includes(what));
  }

  /** Waits until these private modes of the terminal are on. */
  async turnsOn(...modes: readonly number[]): Promise<void> {
    await this.#until(`modes ${modes.join()} on`, () => modes.every((mode) => this.screen.modes.has(mode)));
  }

  async turnsOff(...modes: readonly number[]): Promise<void> {
    await this.#until(`modes ${modes.join()} off`, () => !modes.some((mode) => this.screen.modes.has(mode)));
  }

  /** Waits until it was written, whatever the screen shows now. */
  async writes(what: string, from = 0): Promise<void> {
    await this.#until(JSON.stringify(what), () => this.screen.raw.includes(what, from));
  }

  async #until(what: string | RegExp, holds: (text: string) => boolean): Promise<void> {
    const end = Date.now() + WITHIN_MS;
    while (!holds(this.screen.text)) {
      if (Date.now() > end) expect.fail(`${what} was never seen; the screen is:\n${this.screen.text}`);
      await sleep(20);
    }
  }
}

/** Own screen left, cursor shown, mouse and pasting as before. */
export const expectRestored = ({screen}: PtySession): void => {
  expect([...screen.modes]).toEqual([25]);
};

export const ESC = '\u001b';
export const ENTER = '\r';
