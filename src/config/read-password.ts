import {spawn} from 'node:child_process';
import {realpathSync} from 'node:fs';
import {sep} from 'node:path';
import {StringDecoder} from 'node:string_decoder';
import {formatDuration} from '../base/duration.ts';
import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeExcerpt, safeText} from '../base/safe-text.ts';
import type {PasswordSource} from './config-model.ts';
import type {Environment} from './config-places.ts';
import {isExposed, readBounded} from './read-bounded.ts';

export interface PasswordSurroundings {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadableStream;
  /** Microseconds that a passwordCommand may take. @default 30 s: it may ask for a PIN */
  readonly commandTimeout?: number;
  /** Ends a running passwordCommand. */
  readonly signal?: AbortSignal;
}

export interface ReadPassword {
  readonly password: string;
  readonly warnings: readonly string[];
}

const MOST_BYTES = 65_536;
const COMMAND_TIMEOUT = 30_000_000;

const failure = (message: string, hint: string, cause?: unknown): RatectlError =>
  new RatectlError(message, {code: 'config/password', hint, cause});

/** The first line, without its end. */
const firstLine = (text: string, from: string): string => {
  const line = /^\ufeff?([^\r\n]*)/.exec(text)?.[1] ?? '';
  if (line === '')
    throw failure(`${from} gives no password: its first line is empty`, 'the first line is the password');
  return line;
};

/** Gets the password of a store from where the settings say. Its messages never hold what was read. */
export const readPassword = async (
  source: Exclude<PasswordSource, {kind: 'url'}>,
  surroundings: PasswordSurroundings,
): Promise<ReadPassword> => {
  switch (source.kind) {
    case 'file':
      return fromFile(source.path, source.within);
    case 'variable': {
      const value = surroundings.env[source.name] ?? '';
      if (value === '')
        throw failure(
          `the password is expected in ${source.name}, which is not set`,
          `set ${source.name}, or change passwordEnv`,
        );
      return {password: value, warnings: []};
    }
    case 'stdin':
      return {password: firstLine(await fromStdin(surroundings.stdin), 'standard input'), warnings: []};
    case 'command':
      return {
        password: firstLine(await fromCommand(source, surroundings), 'the passwordCommand'),
        warnings: [],
      };
  }
};

const fromFile = (path: string, within: string | undefined): ReadPassword => {
  if (within !== undefined) refuseOutside(path, within);
  const file = readBounded(path, 'password file', MOST_BYTES);
  if (file === undefined)
    throw failure(
      `there is no password file ${quoted(path, 200)}`,
      'write the password into it: one line, chmod 600',
    );
  const password = firstLine(new TextDecoder().decode(file.bytes), `password file ${quoted(path, 200)}`);
  if (!isExposed(file.stats)) return {password, warnings: []};
  return {
    password,
    warnings: [`the password file ${safeText(path)} can be read by other users: chmod 600 it`],
  };
};

/** Else the configuration of somebody else's project could send any file of the user's to a server of theirs. */
const refuseOutside = (path: string, within: string): void => {
  const real = (of: string): string => {
    try {
      return realpathSync(of);
    } catch {
      return of;
    }
  };
  if (real(path).startsWith(`${real(within)}${sep}`)) return;
  throw failure(
    `the password file ${quoted(path, 200)} is outside of the project, and a project file can name only files in it`,
    'put the context into your own file: ratectl config path shows where it is',
  );
};

const fromStdin = async (stdin: NodeJS.ReadableStream): Promise<string> => {
  if ((stdin as {isTTY?: boolean}).isTTY === true)
    throw failure(
      'standard input is a terminal, which would show the password',
      'pipe it in: ratectl … --password-stdin < FILE',
    );
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    if (/[\r\n]/.test(text)) break;
    if (text.length > MOST_BYTES)
      throw failure('standard input is too long for a password', 'the first line is the password');
  }
  return text;
};

const fromCommand = (
  {argv, folder}: Extract<PasswordSource, {kind: 'command'}>,
  {env, signal, commandTimeout = COMMAND_TIMEOUT}: PasswordSurroundings,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const shown = quoted(program, 200);
    const child = spawn(program, args, {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout: commandTimeout / 1_000,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (out.length <= MOST_BYTES) out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (err.length <= MOST_BYTES) err += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') return;
      const reason =
        error.code === 'ENOENT' ? 'there is no such program' : (error.code ?? 'it cannot be started');
      reject(
        failure(
          `cannot run the passwordCommand ${shown}: ${reason}`,
          'it is a list: the program, then its arguments; it is run without a shell',
          error,
        ),
      );
    });
    child.on('close', (code, killed) => {
      if (code === 0) return resolve(out);
      const why =
        signal?.aborted === true
          ? 'was interrupted'
          : code !== null
            ? `ended with ${code}`
            : killed === 'SIGKILL'
              ? `took longer than ${formatDuration(commandTimeout)}`
              : `was ended by ${killed}`;
      const said = safeExcerpt(err.trim(), 300);
      reject(
        new RatectlError(`the passwordCommand ${shown} ${why}${said === '' ? '' : `: ${said}`}`, {
          code: 'config/password',
          hint: 'run it by hand to see what it says',
          ...(signal?.aborted === true ? {exit: ExitCode.interrupted} : {}),
        }),
      );
    });
  });
