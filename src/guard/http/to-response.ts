import {safeJson} from '../../base/safe-text.ts';
import type {DecisionView} from '../decision-view.ts';
import type {AnswerOptions} from './answer-options.ts';
import {denialBody} from './denial-body.ts';
import {responseHeaders} from './response-headers.ts';

/** Content type of refusals: JSON, in the form of problem details (RFC 9457). */
export const PROBLEM_JSON = 'application/problem+json';

/** A refusal in parts, for frameworks with a response of their own. */
export interface DenialAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** Status, headers and body of a refusal. It is never to be cached: the next answer may be another. */
export const denialAnswer = (decision: DecisionView, options?: AnswerOptions): DenialAnswer => {
  const body = denialBody(decision, options);
  return {
    status: body.status,
    headers: {
      ...responseHeaders(decision, options),
      'Content-Type': PROBLEM_JSON,
      'Cache-Control': 'no-store',
    },
    body: safeJson(body),
  };
};

/**
 * A refusal as a Fetch `Response`: 429 with `Retry-After`, the rate limit headers and a JSON body.
 *
 * When waiting does not help (`never`) the status is 429, too, without `Retry-After`: a client that retries by itself waits for as
 * long as it is told, and is told nothing. `neverStatus: 403` says it more clearly to people, and to an attacker. When the
 * store is lost and everything is refused, the status is 503.
 *
 * A decision that allowed makes an empty 200 with its headers: it is meant for refusals.
 */
export const toResponse = (decision: DecisionView, options?: AnswerOptions): Response => {
  if (decision.allowed) return new Response(null, {headers: responseHeaders(decision, options)});
  const {status, headers, body} = denialAnswer(decision, options);
  return new Response(body, {status, headers});
};
