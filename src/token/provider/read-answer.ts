/**
 * What an answer of a token endpoint means:
 *
 *     429, 503                          failed, after Retry-After: nothing was spent
 *     error in JSON, status 2xx or 4xx  rejected (invalid_grant and its names elsewhere), failed (temporarily_unavailable),
 *                                       else misconfigured
 *     3xx, another 4xx                  misconfigured: refused, and the URL or what stands before it is wrong
 *     JSON with access_token, 2xx       token
 *     anything else                     answer-lost: 408, another 5xx, not JSON, without a token, cut off, too long
 *
 * Some providers refuse with status 200 (GitHub, Slack) or 403 (Auth0). A token counts whatever else is missing from the answer or odd
 * in it, such as `token_type`: the refresh token is spent by then, and what came is the only copy of the next one.
 */
import type {ProviderAnswer} from './provider-client.ts';
import {retryAfterMs} from './retry-after.ts';
import {shownWords} from './shown-words.ts';
import {shortCode} from './transport-error.ts';

const MOST_BYTES = 1_048_576;

export interface AnswerContext {
  /** Epoch ms. */
  readonly now: number;
  /** What the request held: none of it is repeated. */
  readonly secrets: readonly string[];
}

/** Reads an answer. Rejects when the connection fails meanwhile. */
export const readAnswer = async (response: Response, context: AnswerContext): Promise<ProviderAnswer> => {
  const {status} = response;
  const wait = retryAfterMs(response.headers, context.now);
  const http = `http-${status}`;
  if (status === 429 || status === 503) {
    await response.body?.cancel();
    return {kind: 'failed', error: http, retryAfterMs: wait};
  }
  const lost = (error: string): ProviderAnswer => ({kind: 'answer-lost', error, retryAfterMs: wait});
  const text = await readText(response);
  if (text === undefined) return lost('too-long');
  const json = objectIn(text);
  const isRefusal = status >= 300 && status < 500 && status !== 408;
  if (json !== undefined && (isRefusal || response.ok)) {
    const token = response.ok ? tokenIn(json) : undefined;
    if (token !== undefined) return token;
    if (isText(json['error'])) return refusal(json['error'], json['error_description'], wait, context);
  }
  if (isRefusal) return {kind: 'misconfigured', error: http};
  if (!response.ok) return lost(http);
  return lost(json === undefined ? 'not-json' : 'no-access-token');
};

/** `bad_refresh_token` is GitHub's, `invalid_refresh_token` and `token_revoked` are Slack's. */
const REJECTED = new Set(['invalid_grant', 'bad_refresh_token', 'invalid_refresh_token', 'token_revoked']);
const PASSING = new Set(['temporarily_unavailable', 'slow_down', 'rate_limited', 'ratelimited']);
/** Errors that a provider may also meet after the refresh token was spent. */
const UNCLEAR = new Set(['server_error', 'internal_error']);

const refusal = (
  code: string,
  description: unknown,
  wait: number,
  {secrets}: AnswerContext,
): ProviderAnswer => {
  const error = secrets.includes(code) ? 'unknown-error' : shortCode(code);
  const words = isText(description) ? shownWords(description, secrets) : '';
  const said = words === '' ? {} : {detail: words};
  if (REJECTED.has(code)) return {kind: 'rejected', error, ...said};
  if (PASSING.has(code)) return {kind: 'failed', error, retryAfterMs: wait, ...said};
  if (UNCLEAR.has(code)) return {kind: 'answer-lost', error, retryAfterMs: wait, ...said};
  return {kind: 'misconfigured', error, ...said};
};

const tokenIn = (json: Readonly<Record<string, unknown>>): ProviderAnswer | undefined => {
  const {access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope} = json;
  if (!isText(accessToken)) return undefined;
  return {
    kind: 'token',
    accessToken,
    refreshToken: isText(refreshToken) ? refreshToken : undefined,
    expiresIn: secondsIn(expiresIn),
    scopes: typeof scope === 'string' ? scope.split(/\s+/).filter(isText) : undefined,
  };
};

/** A hundred years: beyond it instants in µs are no longer whole. */
const MOST_SECONDS = 3_155_760_000;

/** Also written as text, as some providers do. */
const secondsIn = (value: unknown): number | undefined => {
  const seconds = isText(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined;
  return Math.min(Math.floor(seconds), MOST_SECONDS);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const objectIn = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

/** Undefined when it is too long. */
const readText = async (response: Response): Promise<string | undefined> => {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) return undefined;
    text += decoder.decode(chunk, {stream: true});
  }
  return text + decoder.decode();
};
