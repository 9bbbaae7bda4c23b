import {RatectlError} from '../../base/ratectl-error.ts';
import type {AdapterOptions} from './adapter-options.ts';
import {clientGone} from './client-gone.ts';
import {createGate, type Gate, type RequestFacts} from './create-gate.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {awaitsEnd, outcomeOfEnd, releaseOnce} from './release-once.ts';
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
 * It does not see the answer: use `limitFetch` to send the headers with allowed answers, too, and for `concurrency` limits, whose slots
 * are otherwise held until they time out. Throws a RatectlError for a protection: it would wait for the end of requests for ever.
 */
export const fetchLimiter = <Rest extends readonly unknown[] = readonly []>(
  limiter: CheckingLimiter,
  options: FetchLimiterOptions<Rest> = {},
): ((request: Request, ...rest: Rest) => Promise<Response | undefined>) => {
  if (limiter.learns === true)
    throw new RatectlError('fetchLimiter: a protection has to be told how requests end', {
      code: 'fetch-limiter/protection',
      hint: 'use limitFetch, which sees the answers',
    });
  const check = fetchCheck(limiter, options);
  return async (request, ...rest) => {
    const decision = await check(request, rest);
    if (decision === 'gone') return clientGone();
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
    if (decision === 'gone') return clientGone();
    const release = releaseOnce(decision);
    if (!decision.allowed) {
      release('abandoned');
      return toResponse(decision, options.answer);
    }
    try {
      const answer = withHeaders(await handler(request, ...rest), responseHeaders(decision, options.answer));
      return awaitsEnd(decision)
        ? onResponseEnd(answer, request, (how) => release(outcomeOfEnd(how, answer.status)))
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
): ((request: Request, rest: Rest) => ReturnType<Gate<Request>>) => {
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
