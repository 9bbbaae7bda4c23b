import type {IncomingMessage, ServerResponse} from 'node:http';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';

/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

/** On every answer: nothing is kept by caches, framed, guessed at, or read by pages of others. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export const setSecurityHeaders = (response: ServerResponse): void => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
};

export const send = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  if (response.headersSent) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

/** `{error: {code, message, hint}}`, as all refusals look. */
export const refusalAnswer = (
  status: number,
  {code, message, hint}: {readonly code: string; readonly message: string; readonly hint: string},
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  type: JSON_TYPE,
  body: `${safeJson({error: {code, message, hint}})}\n`,
  headers,
});

/** An error as an answer: what the user can change is 400, a store that does not answer 503. */
export const errorAnswer = (error: unknown): Answer => {
  if (!isRatectlError(error))
    return refusalAnswer(500, {
      code: 'unexpected',
      message: 'something went wrong here',
      hint: 'the standard error of ratectl serve says what',
    });
  const {code, message, hint = ''} = error;
  return refusalAnswer(code.startsWith('store/') ? 503 : 400, {code, message, hint});
};
