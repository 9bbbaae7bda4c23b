import {asCall} from './json-rpc.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {createMcpGate, type McpLimiterOptions, type McpOrigin} from './mcp-gate.ts';
import {releaseOnce} from './release-once.ts';
import {toJsonRpcError} from './to-json-rpc-error.ts';

/** Answers one JSON-RPC message; undefined for notifications. */
export type JsonRpcHandler<C extends McpOrigin> = (message: unknown, context: C) => unknown;

/**
 * A JSON-RPC handler behind limits, for one message or a batch. Each call of a batch is checked for itself: the refused ones are
 * answered with an error (code −32000) and their own id, the others go on; answers come in the order of the calls. A refused
 * notification is dropped: it cannot be answered. What names no limited method is passed to the handler as it is.
 */
export const limitJsonRpc = <C extends McpOrigin>(
  handler: JsonRpcHandler<C>,
  limiter: CheckingLimiter,
  options: McpLimiterOptions = {},
): ((message: unknown, context: C) => Promise<unknown>) => {
  const gate = createMcpGate(limiter, options);
  const one = async (message: unknown, context: C): Promise<unknown> => {
    const call = asCall(message);
    if (call === undefined || !gate.limits(call.method)) return handler(message, context);
    const decision = await gate.check(call, context);
    const release = releaseOnce(decision);
    if (!decision.allowed) {
      release('abandoned');
      return call.id === undefined ? undefined : toJsonRpcError(decision, call.id);
    }
    try {
      const answer = await handler(message, context);
      release('success');
      return answer;
    } catch (error) {
      release('failure');
      throw error;
    }
  };
  return async (message, context) => {
    // An empty batch is malformed: the handler says so.
    if (!Array.isArray(message) || message.length === 0) return one(message, context);
    const answers = await Promise.all(message.map((each) => one(each, context)));
    const given = answers.filter((answer) => answer !== undefined);
    return given.length === 0 ? undefined : given;
  };
};
