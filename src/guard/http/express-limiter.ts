import type {DecisionView} from '../decision-view.ts';
import {outcomeOfStatus, type RequestOutcome} from '../request-outcome.ts';
import type {AdapterOptions} from './adapter-options.ts';
import {createGate, type RequestFacts} from './create-gate.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {releaseOnce} from './release-once.ts';
import {queryValue} from './request-path.ts';
import {responseHeaders} from './response-headers.ts';
import {denialAnswer} from './to-response.ts';

/** What is used of a request of Express 4 and 5, or of `node:http`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The target before a router took its part of it off. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: {readonly remoteAddress?: string | undefined} | undefined;
  /** The parsed body, when a parser ran before. */
  readonly body?: unknown;
}

/** What is used of its response. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly closed?: boolean | undefined;
  /** Whether all of the answer was handed over. */
  readonly writableFinished?: boolean | undefined;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export type NextFunction = (error?: unknown) => void;

export interface ExpressLimiterOptions<Req, Res> extends AdapterOptions<Req> {
  /** Answers a refusal in place of the JSON body; status and headers are set. @default the JSON body */
  readonly onDenied?:
    | ((decision: DecisionView, request: Req, response: Res, next: NextFunction) => unknown)
    | undefined;
}

/**
 * Middleware for Express 4 and 5, and for whatever else calls `(request, response, next)`.
 *
 * Allowed requests go on with the rate limit headers set. Refusals are answered. Whatever fails goes to `next(error)`, always as
 * an `Error`. Slots of `concurrency` limits are given back when the answer was sent or the connection is closed; a request
 * whose client went away while it was checked goes no further.
 */
export const expressLimiter = <
  Req extends NodeRequest = NodeRequest,
  Res extends NodeResponse = NodeResponse,
>(
  limiter: CheckingLimiter,
  options: ExpressLimiterOptions<Req, Res> = {},
): ((request: Req, response: Res, next: NextFunction) => void) => {
  const gate = createGate(limiter, options);
  const {answer, onDenied} = options;

  const enter = async (request: Req, response: Res, next: NextFunction): Promise<'on' | 'done'> => {
    let release = (_outcome: RequestOutcome): void => undefined;
    const gone = new AbortController();
    if (response.closed === true) gone.abort();
    response.once('close', () => {
      gone.abort();
      release(outcomeOf(response));
    });
    const decision = await gate(request, nodeFacts(request), gone.signal);
    if (decision === undefined) return 'on';
    if (decision === 'gone') return 'done';
    release = releaseOnce(decision);
    if (gone.signal.aborted) {
      release('abandoned');
      return 'done';
    }
    if (decision.allowed) {
      setHeaders(response, responseHeaders(decision, answer));
      return 'on';
    }
    release('abandoned');
    const {status, headers, body} = denialAnswer(decision, answer);
    setHeaders(response, headers);
    response.statusCode = status;
    if (onDenied === undefined) response.end(request.method === 'HEAD' ? undefined : body);
    else await onDenied(decision, request, response, next);
    return 'done';
  };

  return (request, response, next) => {
    // `next` is called outside of the chain that catches: what the application throws is not ours to pass to `next` again.
    enter(request, response, next).then(
      (how) => {
        if (how === 'on') next();
      },
      (error) => next(error instanceof Error ? error : new Error(`rate limit check failed: ${error}`)),
    );
  };
};

const nodeFacts = (request: NodeRequest): RequestFacts => {
  const {method = 'GET', originalUrl, url = '/', headers, socket, body} = request;
  const target = originalUrl ?? url;
  return {
    method,
    target,
    peerAddress: socket?.remoteAddress,
    header: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : value?.join(', ');
    },
    query: (name) => queryValue(target, name),
    body,
  };
};

/** A connection that closed before its answer was sent says nothing about who would have answered. */
const outcomeOf = ({statusCode, writableFinished}: NodeResponse): RequestOutcome =>
  writableFinished === false ? 'abandoned' : outcomeOfStatus(statusCode);

const setHeaders = (response: NodeResponse, headers: Readonly<Record<string, string>>): void => {
  if (response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
};
