import {PassThrough} from 'node:stream';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {runProgram} from '../../src/cli/program.ts';
import {type TestContext, testContext} from './test-context.ts';

export interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A command line in a folder, with a home and an environment of its own. */
export const contextIn = (
  cwd: string,
  env: Readonly<Record<string, string>>,
  {columns = 80, stdin = ''}: {readonly columns?: number; readonly stdin?: string} = {},
): TestContext => {
  const context = testContext(env, columns);
  const input = new PassThrough();
  input.end(stdin);
  return {...context, cwd, streams: {...context.streams, stdin: input}};
};

/** Runs `ratectl …` and answers as the process would. */
export const ratectl = async (context: TestContext, ...argv: readonly string[]): Promise<Answer> => {
  const {written} = context;
  try {
    await runProgram(argv, context);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {exit: error.exit, out: written.out, err: written.err + errorText(error, false)};
  }
  if (context.cleanups.size > 0) throw new Error('a cleanup was left behind');
  return {exit: context.exitCode, ...written};
};
