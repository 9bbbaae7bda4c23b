import {setTimeout as sleep} from 'node:timers/promises';
import type {Attributes} from '../../engine/live/request-router.ts';
import {type JsonRpcCall, memberOf} from './json-rpc.ts';
import type {CheckedDecision, CheckingLimiter} from './limiter-port.ts';

/** What is known of a call to an MCP server. */
export interface McpCall {
  /** `tools/call`. */
  readonly method: string;
  /** Name of the tool, as the client sent it; undefined in other calls. */
  readonly tool: string | undefined;
  readonly params: unknown;
  /** The id that the transport gave to the connection; undefined over stdio. */
  readonly sessionId: string | undefined;
  /** The client of a checked access token; undefined without one. */
  readonly clientId: string | undefined;
  /** Of the HTTP request that brought the call, names in lower case; undefined over stdio. */
  readonly headers: RequestHeaders | undefined;
}

export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface McpLimiterOptions {
  /**
   * Attributes of a call beside `method`, `tool`, `session`, `client` and `key`, which these replace where they have the
   * same name. `key` is the client, else the session, else `local`.
   */
  readonly attributes?: ((call: McpCall) => Attributes | Promise<Attributes>) | undefined;
  /** Which methods are limited. @default ['tools/call'] */
  readonly methods?: readonly string[] | undefined;
  /** Units that a call takes; whole, 0 or more. @default 1 */
  readonly cost?: number | ((call: McpCall) => number) | undefined;
}

/** Where a call came from, as the MCP SDK tells it. */
export interface McpOrigin {
  readonly sessionId?: string | undefined;
  readonly authInfo?: {readonly clientId?: string | undefined} | undefined;
  readonly requestInfo?: {readonly headers?: RequestHeaders | undefined} | undefined;
}

/** Checks calls. */
export interface McpGate {
  /** Whether calls of this method are checked at all. */
  limits(method: string): boolean;
  /** Rejects with the signal's reason when that is aborted: nobody waits for the answer. */
  check(
    call: Pick<JsonRpcCall, 'method' | 'params'>,
    origin: McpOrigin,
    signal?: AbortSignal,
  ): Promise<CheckedDecision>;
}

export const createMcpGate = (
  limiter: CheckingLimiter,
  {attributes, methods = ['tools/call'], cost = 1}: McpLimiterOptions,
): McpGate => {
  const limited = new Set(methods);
  const check: McpGate['check'] = async ({method, params}, origin, signal) => {
    const {sessionId, authInfo, requestInfo} = origin;
    const name = method === 'tools/call' ? memberOf(params, 'name') : undefined;
    const tool = typeof name === 'string' ? name : undefined;
    const clientId = authInfo?.clientId;
    const call: McpCall = {method, tool, params, sessionId, clientId, headers: requestInfo?.headers};
    const known = {method, tool, session: sessionId, client: clientId, key: clientId ?? sessionId ?? 'local'};
    const own = attributes === undefined ? undefined : await attributes(call);
    const units = typeof cost === 'function' ? cost(call) : cost;
    const all = own === undefined ? known : {...known, ...own};
    const decision = await limiter.check(all, {cost: units, signal});
    if (decision.allowed && decision.delayMs) await sleep(decision.delayMs);
    return decision;
  };
  return {limits: (method) => limited.has(method), check};
};
