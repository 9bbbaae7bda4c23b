import type {DecisionView} from '../decision-view.ts';
import type {AdapterOptions} from './adapter-options.ts';
import {clientGone} from './client-gone.ts';
import {createGate} from './create-gate.ts';
import {fetchFacts} from './fetch-limiter.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {awaitsEnd, outcomeOfEnd, releaseOnce} from './release-once.ts';
import {onResponseEnd} from './response-end.ts';
import {responseHeaders} from './response-headers.ts';
import {toResponse} from './to-response.ts';
import {withHeaders} from './with-headers.ts';

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: {readonly raw: Request};
  readonly env?: unknown;
  res: Response;
  header(name: string, value: string): void;
}

export interface HonoLimiterOptions<C extends HonoContext> extends AdapterOptions<C> {
  /**
   * The address of the socket's other end, where the runtime keeps it: `(c) => getConnInfo(c).remote.address`.
   * @default that of `@hono/node-server`: `c.env.incoming.socket.remoteAddress`
   */
  readonly peerAddress?: ((context: C) => string | undefined) | undefined;
  /** Answers a refusal in place of the JSON body. */
  readonly onDenied?: ((decision: DecisionView, context: C) => Response | Promise<Response>) | undefined;
}

/**
 * Middleware for Hono. Answers get the rate limit headers, refusals a 429; slots of `concurrency` limits are given back when
 * the body of the answer has been sent, or nobody reads it any more.
 */
export const honoLimiter = <C extends HonoContext = HonoContext>(
  limiter: CheckingLimiter,
  options: HonoLimiterOptions<C> = {},
): ((context: C, next: () => Promise<void>) => Promise<Response | undefined>) => {
  const gate = createGate(limiter, options);
  const {answer, onDenied, peerAddress = nodeServerAddress} = options;
  return async (context, next) => {
    const decision = await gate(
      context,
      fetchFacts(context.req.raw, peerAddress(context)),
      context.req.raw.signal,
    );
    if (decision === 'gone') return clientGone();
    if (decision?.allowed === false) {
      releaseOnce(decision)('abandoned');
      if (onDenied === undefined) return toResponse(decision, answer);
      return withHeaders(await onDenied(decision, context), responseHeaders(decision, answer));
    }
    if (decision === undefined) {
      await next();
      return undefined;
    }
    const release = releaseOnce(decision);
    try {
      await next();
      for (const [name, value] of Object.entries(responseHeaders(decision, answer)))
        context.header(name, value);
      if (awaitsEnd(decision)) {
        const {status} = context.res;
        context.res = onResponseEnd(context.res, context.req.raw, (how) =>
          release(outcomeOfEnd(how, status)),
        );
      }
    } catch (error) {
      release('failure');
      throw error;
    }
    return undefined;
  };
};

const nodeServerAddress = ({env}: HonoContext): string | undefined =>
  (env as {incoming?: {socket?: {remoteAddress?: string}}} | undefined)?.incoming?.socket?.remoteAddress;
