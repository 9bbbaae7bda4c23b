import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {onTestFinished} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Whether standard input was asked for a byte. */
  readonly stdinRead: boolean;
}

/** Runs one command line in this process, in a folder. */
export const run = async (
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  let stdinRead = false;
  const stdin = new Readable({
    read() {
      stdinRead = true;
      this.push(null);
    },
  });
  const context = testContext(env);
  Object.assign(context, {cwd, streams: {...context.streams, stdin}});
  try {
    await runProgram(argv, context);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    for (const cleanup of context.cleanups) cleanup();
    return {
      code: error.exit,
      out: context.written.out,
      err: `${context.written.err}${error.message}`,
      stdinRead,
    };
  }
  return {code: context.exitCode, out: context.written.out, err: context.written.err, stdinRead};
};

/** A folder with these files that goes with the test. */
export const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-simulate-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

/** A second apart each, from 2026-01-05 12:00:00 UTC on. */
export const traceOf = (requests: readonly Readonly<Record<string, unknown>>[]): string =>
  requests.map((one, i) => `${JSON.stringify({t: 1_767_614_400_000 + i * 1_000, ...one})}\n`).join('');
