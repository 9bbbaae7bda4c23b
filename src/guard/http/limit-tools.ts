import type {DecisionView} from '../decision-view.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {createMcpGate, type McpLimiterOptions, type McpOrigin} from './mcp-gate.ts';
import {releaseOnce} from './release-once.ts';
import {LIMIT_ERROR_CODE, type LimitErrorData, limitError} from './to-json-rpc-error.ts';

/** A refusal that was thrown in a tool: a JSON-RPC server answers with its `code` and `data`. */
export class ToolLimitError extends Error {
  readonly code = LIMIT_ERROR_CODE;
  readonly data: LimitErrorData;

  constructor(message: string, data: LimitErrorData) {
    super(message);
    this.name = 'ToolLimitError';
    this.data = data;
  }
}

export interface LimitToolsOptions<R> extends McpLimiterOptions {
  /** Answers a refused call in place of the error: a result that the model can read. */
  readonly onDenied?: ((decision: DecisionView, tool: string) => R | Promise<R>) | undefined;
}

/** A function behind a tool: its arguments, and where the call came from. */
export type ToolHandler<A extends readonly unknown[], R> = (...args: A) => R | Promise<R>;

/**
 * The same tools by name, behind limits. A refused call throws a `ToolLimitError`, which the SDK's `Server` answers as a
 * JSON-RPC error with code −32000. (`McpServer` makes a text of all that its tools throw: use `limitMcpTransport` with it.)
 *
 * Where the last argument of a handler is the SDK's `extra`, session and client are taken from it.
 */
export const limitTools = <A extends readonly unknown[], R, Names extends string>(
  tools: Readonly<Record<Names, ToolHandler<A, R>>>,
  limiter: CheckingLimiter,
  options: LimitToolsOptions<R> = {},
): Record<Names, (...args: A) => Promise<R>> => {
  const gate = createMcpGate(limiter, options);
  const limited = (name: string, handler: ToolHandler<A, R>) => {
    return async (...args: A): Promise<R> => {
      const params = {name, arguments: args[0]};
      const decision = await gate.check({method: 'tools/call', params}, ...originOf(args.at(-1)));
      const release = releaseOnce(decision);
      if (!decision.allowed) {
        release('abandoned');
        if (options.onDenied !== undefined) return await options.onDenied(decision, name);
        const {message, data} = limitError(decision);
        throw new ToolLimitError(message, data);
      }
      try {
        const result = await handler(...args);
        release('success');
        return result;
      } catch (error) {
        release('failure');
        throw error;
      }
    };
  };
  const entries = Object.entries<ToolHandler<A, R>>(tools);
  return Object.fromEntries(entries.map(([name, handler]) => [name, limited(name, handler)])) as Record<
    Names,
    (...args: A) => Promise<R>
  >;
};

/** Where the call came from, and how it is cancelled. */
const originOf = (extra: unknown): readonly [McpOrigin, AbortSignal | undefined] => {
  if (typeof extra !== 'object' || extra === null || !('signal' in extra)) return [{}, undefined];
  return [extra as McpOrigin, extra.signal instanceof AbortSignal ? extra.signal : undefined];
};
