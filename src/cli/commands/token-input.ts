import {RatectlError} from '../../base/ratectl-error.ts';
import type {CliContext} from '../context.ts';

/** A token as standard input gives it. Its errors never quote what was read. */
export interface TokenInput {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds; undefined: not told. */
  readonly expiresIn: number | undefined;
  /** undefined: not told. */
  readonly scopes: readonly string[] | undefined;
}

const MOST_BYTES = 65_536;
/** Ten years: what is longer is an instant, or milliseconds. */
const LONGEST_SECONDS = 315_360_000;

/** All of standard input. Throws a RatectlError (exit 2) for a terminal: what is typed there is seen, and stays in its history. */
export const readTokenInput = async ({streams: {stdin}}: CliContext): Promise<TokenInput> => {
  if ((stdin as {readonly isTTY?: boolean}).isTTY === true)
    throw wrong(
      'standard input is a terminal, expected the token from a file or a command',
      'ratectl token put PROVIDER < answer.json, or: pass show x | ratectl token put PROVIDER',
    );
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as string | Uint8Array);
    length += bytes.length;
    if (length > MOST_BYTES) throw wrong(`standard input is larger than ${MOST_BYTES / 1_024} KiB`);
    chunks.push(bytes);
  }
  return parseTokenInput(Buffer.concat(chunks).toString('utf8'));
};

/** A JSON answer of a token endpoint (RFC 6749 section 5.1), or a refresh token alone on one line. */
export const parseTokenInput = (text: string): TokenInput => {
  const trimmed = text.replace(/^\ufeff/, '').trim();
  if (trimmed === '') throw wrong('standard input is empty, expected a token');
  return trimmed.startsWith('{') ? fromJson(trimmed) : fromLine(trimmed);
};

/** RFC 6749 appendix A.17: a refresh token is of visible ASCII characters and spaces; none has spaces in practice. */
const TOKEN = /^[\u0021-\u007e]+$/;

const fromLine = (line: string): TokenInput => {
  if (!TOKEN.test(line))
    throw wrong('standard input is neither JSON nor one line of visible ASCII characters without spaces');
  return {accessToken: '', refreshToken: line, expiresIn: undefined, scopes: undefined};
};

const fromJson = (text: string): TokenInput => {
  const json = parsed(text);
  const accessToken = tokenFrom(json, 'access_token');
  const refreshToken = tokenFrom(json, 'refresh_token');
  if (accessToken === '' && refreshToken === '')
    throw wrong(
      typeof json['error'] === 'string'
        ? 'the JSON is a refusal: it has "error", and no token'
        : 'the JSON has neither access_token nor refresh_token',
    );
  return {accessToken, refreshToken, expiresIn: secondsFrom(json), scopes: scopesFrom(json)};
};

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // The parser's own message quotes the text.
    throw wrong('standard input begins like JSON and is none');
  }
};

const tokenFrom = (json: Readonly<Record<string, unknown>>, name: string): string => {
  const value = json[name] ?? '';
  if (typeof value === 'string' && (value === '' || TOKEN.test(value))) return value;
  throw wrong(`${name} is no text of visible ASCII characters`);
};

const secondsFrom = ({expires_in: value}: Readonly<Record<string, unknown>>): number | undefined => {
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= LONGEST_SECONDS) return Math.floor(seconds);
  throw wrong('expires_in is no number of seconds from 0 to 315,360,000 (ten years)');
};

const scopesFrom = ({scope}: Readonly<Record<string, unknown>>): readonly string[] | undefined => {
  if (scope === undefined || scope === null) return undefined;
  if (typeof scope === 'string') return scope.split(' ').filter((one) => one !== '');
  throw wrong('scope is no text of words between spaces');
};

const wrong = (message: string, hint?: string): RatectlError =>
  new RatectlError(message, {
    code: 'token/input',
    hint:
      hint ??
      'expected {"access_token": …, "refresh_token": …, "expires_in": 3600, "scope": …}, or a refresh token alone',
  });
