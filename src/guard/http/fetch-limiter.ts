import {outcomeOfStatus} from '../request-outcome.ts';
import type {AdapterOptions} from './adapter-options.ts';
import {createGate, type RequestFacts} from './create-gate.ts';
import type {CheckedDecision, CheckingLimiter} from './limiter-port.ts';
import {awaitsEnd, releaseOnce} from './release-once.ts';
import {queryValue} from './request-path.ts';
import {onResponseEnd} from './response-end.ts';
import {responseHeaders} from './response-headers.ts';
import {toResponse} from './to-response.ts';
import {withHeaders} from './with-headers.ts';

export interface FetchLimiterOptions<Rest extends readonly unknown[] = readonly []>
  extends AdapterOptions<Request> {
  /**
   * The address of the socket's other end, which a `Request` does not know: each server has its own place for it, often
   * among the further arguments of the handler. Without it `ip` is missing, and limits by `{ip}` skip the request.
   */
  readonly peerAddress?: ((request: Request, ...rest: Rest) => string | undefined) | undefined;
}

/**
 * A guard for servers that speak the Fetch API: answers a refusal, or undefined for requests that may go on.
 *
 *     const guard = fetchLimiter(limiter);
 *     const refused = await guard(request);
 *     if (refused) return refused;
 *
 * It does not see the answer: use `limitFetch` to send the headers with allowed answers, too, for `concurrency` limits, whose slots
 * are otherwise held until they time out, and for a protection, which learns from how requests end.
 */
export const fetchLimiter = <Rest extends readonly unknown[] = readonly []>(
  limiter: CheckingLimiter,
  options: FetchLimiterOptions<Rest> = {},
): ((request: Request, ...rest: Rest) => Promise<Response | undefined>) => {
  const check = fetchCheck(limiter, options);
  return async (request, ...rest) => {
    const decision = await check(request, rest);
    if (decision === undefined || decision.allowed) return undefined;
    releaseOnce(decision)('abandoned');
    return toResponse(decision, options.answer);
  };
};

/**
 * A handler behind limits. Refusals are answered for it; its own answers get the rate limit headers; slots of `concurrency`
 * limits are given back when the body of the answer has been sent, or nobody reads it any more.
 */
export const limitFetch = <Rest extends readonly unknown[] = readonly []>(
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  limiter: CheckingLimiter,
  options: FetchLimiterOptions<Rest> = {},
): ((request: Request, ...rest: Rest) => Promise<Response>) => {
  const check = fetchCheck(limiter, options);
  return async (request, ...rest) => {
    const decision = await check(request, rest);
    if (decision === undefined) return handler(request, ...rest);
    const release = releaseOnce(decision);
    if (!decision.allowed) {
      release('abandoned');
      return toResponse(decision, options.answer);
    }
    try {
      const answer = withHeaders(await handler(request, ...rest), responseHeaders(decision, options.answer));
      return awaitsEnd(decision)
        ? onResponseEnd(answer, (how) =>
            release(how === 'sent' ? outcomeOfStatus(answer.status) : 'abandoned'),
          )
        : answer;
    } catch (error) {
      release('failure');
      throw error;
    }
  };
};

const fetchCheck = <Rest extends readonly unknown[]>(
  limiter: CheckingLimiter,
  options: FetchLimiterOptions<Rest>,
): ((request: Request, rest: Rest) => Promise<CheckedDecision | undefined>) => {
  const gate = createGate(limiter, options);
  return (request, rest) =>
    gate(request, fetchFacts(request, options.peerAddress?.(request, ...rest)), request.signal);
};

/** A Fetch request as limits look at it. */
export const fetchFacts = (request: Request, peerAddress: string | undefined): RequestFacts => ({
  method: request.method,
  target: request.url,
  peerAddress,
  header: (name) => request.headers.get(name) ?? undefined,
  query: (name) => queryValue(request.url, name),
});
