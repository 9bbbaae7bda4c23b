import {execFile} from 'node:child_process';
import {formatDuration} from '../../base/duration.ts';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeExcerpt} from '../../base/safe-text.ts';
import type {SecretSurroundings} from './read-secret.ts';

const MOST_BYTES = 65_536;
const TIMEOUT_MS = 30_000;
const TOO_MUCH = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

/** Runs a program without a shell and answers what it writes. What it says on standard error is told when it fails. */
export const runSecretCommand = (
  argv: readonly string[],
  {env, folder, signal, commandTimeoutMs = TIMEOUT_MS}: SecretSurroundings,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const options = {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
      timeout: commandTimeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_BYTES,
      windowsHide: true,
      ...(signal === undefined ? {} : {signal}),
    } as const;
    const fail = (error: CommandError, err = ''): void =>
      reject(failed(program, error, err, {signal, commandTimeoutMs}));
    try {
      const child = execFile(program, args, options, (error, out, err) =>
        error === null ? resolve(out) : fail(error, err),
      );
      // A command that asks for input finds none, instead of waiting for it.
      child.stdin?.end();
    } catch (error) {
      // An empty name, or a null character.
      fail(error as CommandError);
    }
  });

type CommandError = Error & {code?: unknown; killed?: boolean; signal?: unknown};

const failed = (
  program: string,
  error: CommandError,
  err: string,
  {signal, commandTimeoutMs}: {readonly signal: AbortSignal | undefined; readonly commandTimeoutMs: number},
): RatectlError => {
  const shown = quoted(program, 200);
  const {code, killed} = error;
  if (signal?.aborted === true)
    return new RatectlError(`the command ${shown} for a secret was interrupted`, {
      code: 'token/secret',
      exit: ExitCode.interrupted,
    });
  if (typeof code === 'string' && code !== TOO_MUCH)
    return new RatectlError(
      `cannot run the command ${shown} for a secret: ${code === 'ENOENT' ? 'there is no such program' : code}`,
      {
        code: 'token/secret',
        hint: 'it is a list: the program, then its arguments; it is run without a shell',
      },
    );
  const why =
    code === TOO_MUCH
      ? `writes more than ${MOST_BYTES / 1_024} KiB`
      : killed === true
        ? `took longer than ${formatDuration(commandTimeoutMs * 1_000)}`
        : typeof code === 'number'
          ? `ended with ${code}`
          : `was ended by ${String(error.signal)}`;
  const said = safeExcerpt(err.trim(), 300);
  return new RatectlError(`the command ${shown} for a secret ${why}${said === '' ? '' : `: ${said}`}`, {
    code: 'token/secret',
    hint: 'run it by hand to see what it says',
  });
};
