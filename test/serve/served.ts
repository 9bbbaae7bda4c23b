import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {onTestFinished} from 'vitest';
import {systemClock} from '../../src/base/clock.ts';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {runProgram} from '../../src/cli/program.ts';
import {type TestContext, testContext} from '../cli/test-context.ts';
import {PATIENCE_MS} from '../support/in-time.ts';

export interface Serving {
  /** `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly context: TestContext;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** As SIGTERM; answers the exit code. */
  stop(): Promise<number>;
  /** Lines of standard error that are JSON. */
  lines(): readonly Readonly<Record<string, unknown>>[];
}

export interface ServeOptions {
  readonly store: string;
  readonly policy?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default ['--listen', '127.0.0.1:0'] */
  readonly listen?: readonly string[];
}

export const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-serve-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
};

/** Runs `ratectl serve` in this process on a free port, and ends it with the test. */
export const serve = async (args: readonly string[], options: ServeOptions): Promise<Serving> => {
  const {store, policy, env = {}, listen = ['--listen', '127.0.0.1:0']} = options;
  const folder = tempFolder();
  if (policy !== undefined) writeFileSync(join(folder, 'ratectl.yaml'), policy);
  const base = testContext({RATECTL_STORE: store, RATECTL_ACTOR: 'ada', HOME: folder, ...env}, 100);
  const context: TestContext = {
    ...base,
    clock: systemClock,
    cwd: folder,
    streams: {...base.streams, stdin: Readable.from([])},
  };
  const ended = runProgram(['serve', '--log-format', 'json', ...listen, ...args], context).catch(
    (error: unknown) => {
      context.written.err += errorText(error, true);
      context.exitCode = isRatectlError(error) ? error.exit : 1;
    },
  );
  let running = true;
  void ended.then(() => {
    running = false;
  });
  const lines = (): readonly Readonly<Record<string, unknown>>[] =>
    context.written.err
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const stop = async (): Promise<number> => {
    context.onSignal?.(143);
    await ended;
    return context.exitCode;
  };
  onTestFinished(async () => void (await stop()));
  let url: unknown;
  while (running && url === undefined) {
    url = lines().find(({event}) => event === 'listening')?.['url'];
    await sleep(10);
  }
  if (typeof url !== 'string') throw new Error(`serve did not listen: ${context.written.err}`);
  return {url, context, get: (path, init) => fetch(`${url}${path}`, init), stop, lines};
};

/** Waits until something holds. */
export const until = async (holds: () => unknown, within = PATIENCE_MS): Promise<void> => {
  const end = Date.now() + within;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it never came true');
    await sleep(50);
  }
};
