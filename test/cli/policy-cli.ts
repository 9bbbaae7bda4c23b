import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Command} from 'commander';
import {onTestFinished} from 'vitest';
import {micros} from '../../src/base/micros.ts';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import type {TextSink} from '../../src/base/streams.ts';
import {registerInit} from '../../src/cli/commands/init.ts';
import {registerPolicySchema} from '../../src/cli/commands/policy-schema.ts';
import {registerValidate} from '../../src/cli/commands/validate.ts';
import type {CliContext} from '../../src/cli/context.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {fixedClock} from '../support/fixed-clock.ts';

export interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A folder that goes with the test. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-cli-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  return folder;
};

/** Runs `ratectl validate …`, `init …` or `policy schema` in a folder, at 2025-01-01T00:00:00Z. */
export const ratectl = async (
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const written = {out: '', err: ''};
  const sink = (name: 'out' | 'err'): TextSink => ({
    isTTY: false,
    closed: false,
    columns: 80,
    async write(text) {
      written[name] += typeof text === 'string' ? text : new TextDecoder().decode(text);
    },
  });
  const context: CliContext = {
    streams: {out: sink('out'), err: sink('err'), stdin: process.stdin, env},
    clock: fixedClock(micros(1_735_689_600_000_000)),
    cwd,
    version: '0.0.0',
    exitCode: 0,
    cleanups: new Set(),
  };
  const program = new Command('ratectl').exitOverride();
  registerInit(program, context);
  registerValidate(program, context);
  registerPolicySchema(program.command('policy'), context);
  try {
    await program.parseAsync([...argv], {from: 'user'});
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {exit: error.exit, out: written.out, err: written.err + errorText(error, false)};
  }
  if (context.cleanups.size > 0) throw new Error('a cleanup was left behind');
  return {exit: context.exitCode, ...written};
};
