import {resolve} from 'node:path';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeText} from '../../base/safe-text.ts';
import type {SecretSource} from '../../engine/refresh/token-provider-spec.ts';
import {isExposed, readSecretFile} from './read-secret-file.ts';
import {runSecretCommand} from './run-secret-command.ts';

export interface SecretSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from, and where commands run. */
  readonly folder: string;
  /** Ends a running command. */
  readonly signal?: AbortSignal | undefined;
  /** ms that a command may take. @default 30 s: it may ask for a PIN */
  readonly commandTimeoutMs?: number;
}

/** `line`: the first line, without its end. `text`: all of it, for PEM keys and key rings. */
export type SecretForm = 'line' | 'text';

export interface ReadSecret {
  readonly secret: string;
  readonly warnings: readonly string[];
}

/** An error about a secret; `code` is `token/secret`. */
export const secretError = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'token/secret', hint});

/**
 * Reads a secret from where it is kept. Throws a RatectlError that names the place; no message holds what was read.
 * A variable is always taken whole: a PEM key may have its line ends written as `\n`.
 */
export const readSecret = async (
  source: SecretSource,
  surroundings: SecretSurroundings,
  form: SecretForm = 'line',
): Promise<ReadSecret> => {
  switch (source.kind) {
    case 'env':
      return {secret: fromVariable(source.name, surroundings, form), warnings: []};
    case 'file':
      return fromFile(resolve(surroundings.folder, source.path), form);
    case 'command': {
      const text = await runSecretCommand(source.argv, surroundings);
      const shown = quoted(source.argv[0] ?? '', 200);
      return {secret: formed(text, form, `the command ${shown}`), warnings: []};
    }
  }
};

const fromVariable = (name: string, {env}: SecretSurroundings, form: SecretForm): string => {
  const value = env[name] ?? '';
  if (value === '')
    throw secretError(`a secret is expected in ${safeText(name)}, which is not set`, `set ${safeText(name)}`);
  return form === 'text' ? value.replaceAll('\\n', '\n') : value;
};

const fromFile = async (path: string, form: SecretForm): Promise<ReadSecret> => {
  const {text, stats} = await readSecretFile(path);
  const secret = formed(text, form, `the file ${quoted(path, 200)}`);
  if (!isExposed(stats)) return {secret, warnings: []};
  return {
    secret,
    warnings: [`the secret in ${safeText(path)} can be read by other users: chmod 600 it`],
  };
};

const formed = (text: string, form: SecretForm, from: string): string => {
  const whole = text.replace(/^\ufeff/, '');
  const secret = form === 'text' ? whole : (/^[^\r\n]*/.exec(whole)?.[0] ?? '');
  if (secret.trim() !== '') return secret;
  throw secretError(
    form === 'text'
      ? `${from} gives no secret: it is empty`
      : `${from} gives no secret: its first line is empty`,
    form === 'text' ? 'write the key into it' : 'the first line is the secret',
  );
};
