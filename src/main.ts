/** The process edge: argv, streams, signals; error → message and exit code. The only `process.exit`. */
import {systemClock} from './base/clock.ts';
import {ExitCode} from './base/exit-code.ts';
import {isRatectlError} from './base/ratectl-error.ts';
import {atOnce} from './cli/at-once.ts';
import type {CliContext} from './cli/context.ts';
import {errorText} from './cli/error-text.ts';
import {VERSION} from './cli/version.ts';
import {processStreams} from './process-streams.ts';

/**
 * So long after a signal another one is the same, ms: Ctrl-C reaches every process of a terminal, and who started this one (the
 * launcher, npx) passes it on. Taken for a second one it would end at once what was about to end in order.
 */
const ECHO_MS = 250;

/** Where the process was started; undefined when that folder was removed since. */
const workingFolder = (): string | undefined => {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
};

/** `load`: of the program, which is needed for all but the version and the list of commands. */
export const main = async (
  load: () => Pick<typeof import('./cli/program.ts'), 'runProgram'>,
): Promise<void> => {
  const argv = process.argv.slice(2);
  // Drivers of stores read it when they are loaded, and then print what they send: keys, and AUTH with the password.
  delete process.env['DEBUG'];
  const streams = processStreams();
  const cwd = workingFolder();
  if (cwd === undefined) {
    await streams.err.write(
      'ratectl: the folder it was started in does not exist any more\n  hint: cd to another one\n',
    );
    process.exitCode = ExitCode.usage;
    return;
  }
  const context: CliContext = {
    streams,
    clock: systemClock,
    cwd,
    version: VERSION,
    exitCode: ExitCode.ok,
    cleanups: new Set(),
  };
  const cleanUp = (): void => {
    for (const cleanup of [...context.cleanups].reverse()) cleanup();
    context.cleanups.clear();
  };
  const end = (code: number): never => {
    cleanUp();
    process.exit(code);
  };
  let signalledAt = Number.NEGATIVE_INFINITY;
  const endBySignal = (code: ExitCode): void => {
    const now = performance.now();
    if (now - signalledAt < ECHO_MS) return;
    signalledAt = now;
    const {onSignal = end} = context;
    context.onSignal = undefined;
    onSignal(code);
  };
  process.on('SIGINT', () => endBySignal(ExitCode.interrupted));
  process.on('SIGTERM', () => endBySignal(ExitCode.terminated));
  process.on('SIGHUP', () => endBySignal(ExitCode.hungUp));

  let code: number;
  try {
    const answer = atOnce(argv, () => streams.out.columns);
    await (answer === undefined ? load().runProgram(argv, context) : streams.out.write(answer));
    code = context.exitCode;
  } catch (error) {
    code = isRatectlError(error) ? error.exit : ExitCode.unexpected;
    await streams.err
      .write(errorText(error, streams.env['RATECTL_DEBUG'] !== undefined))
      .catch(() => undefined);
  }
  end(code);
};
