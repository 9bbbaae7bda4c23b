import type {RequestOutcome} from '../request-outcome.ts';
import {answeredId, asCall, type JsonRpcCall, memberOf} from './json-rpc.ts';
import type {CheckingLimiter} from './limiter-port.ts';
import {createMcpGate, type McpGate, type McpLimiterOptions, type McpOrigin} from './mcp-gate.ts';
import {releaseOnce} from './release-once.ts';
import {type JsonRpcId, toJsonRpcError} from './to-json-rpc-error.ts';

/** What is used of a server transport of the MCP SDK: stdio, streamable HTTP, or one of your own. */
export interface McpTransport {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  readonly sessionId?: string | undefined;
  send(message: never, options?: never): Promise<void>;
}

/**
 * The same transport, behind limits: give it to `server.connect` in place of the transport itself.
 *
 *     await server.connect(limitMcpTransport(new StdioServerTransport(), limiter));
 *
 * Calls that are refused are answered with a JSON-RPC error (code −32000) and never reach the server. It works for any server,
 * because it stands before it: `McpServer` turns what tools throw into text, and its callers would not see the code.
 *
 * Slots of `concurrency` limits are given back when the answer was sent, the client cancelled the call, or the connection
 * was closed. A call that is cancelled while it is checked is dropped.
 */
export const limitMcpTransport = <T extends McpTransport>(
  transport: T,
  limiter: CheckingLimiter,
  options: McpLimiterOptions = {},
): T => {
  const door = new Door(transport as Wire, limiter, options);
  return new Proxy(transport, {
    get: (target, name) => {
      if (name === 'onmessage') return door.onmessage;
      if (name === 'onclose') return door.onclose;
      if (name === 'send') return door.send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => {
      if (name === 'onmessage') return door.setOnMessage(value);
      if (name === 'onclose') return door.setOnClose(value);
      return Reflect.set(target, name, value, target);
    },
  });
};

type Listener = (message: unknown, extra?: McpOrigin) => void;

/** The transport as it is used here: the messages are what came over the wire. */
interface Wire {
  onmessage?: Listener | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  readonly sessionId?: string | undefined;
  send(message: unknown, options?: unknown): Promise<void>;
}

/** A call between its arrival and its answer. */
interface Pending {
  /** Aborted when it is cancelled. */
  readonly gone: AbortController;
  /** Whether the server has it, and will answer. */
  isServed: boolean;
  release: (outcome: RequestOutcome) => void;
}

class Door {
  onmessage: Listener | undefined;
  onclose: (() => void) | undefined;
  readonly #wire: Wire;
  readonly #gate: McpGate;
  /** By id, in the order of their arrival; nothing keeps a client from using one twice. */
  readonly #pending = new Map<JsonRpcId | undefined, Set<Pending>>();

  constructor(wire: Wire, limiter: CheckingLimiter, options: McpLimiterOptions) {
    this.#wire = wire;
    this.onmessage = wire.onmessage;
    this.onclose = wire.onclose;
    this.#gate = createMcpGate(limiter, options);
  }

  setOnMessage(listener: Listener | undefined): boolean {
    this.onmessage = listener;
    // What is not limited goes on at once: an `initialize` must not be overtaken by what follows it.
    this.#wire.onmessage = (message, extra) => {
      const call = asCall(message);
      if (call !== undefined && this.#gate.limits(call.method)) {
        void this.#enter(call, message, extra);
        return;
      }
      const cancelled = cancelledId(message);
      if (cancelled !== undefined) this.#cancel(cancelled);
      this.onmessage?.(message, extra);
    };
    return true;
  }

  setOnClose(listener: (() => void) | undefined): boolean {
    this.onclose = listener;
    this.#wire.onclose = () => {
      for (const id of [...this.#pending.keys()]) this.#cancel(id);
      this.onclose?.();
    };
    return true;
  }

  readonly send = async (message: unknown, options?: unknown): Promise<void> => {
    const id = answeredId(message);
    try {
      await this.#wire.send(message, options);
    } finally {
      if (id !== undefined) this.#answered(id, isServerError(message) ? 'failure' : 'success');
    }
  };

  async #enter(call: JsonRpcCall, message: unknown, extra: McpOrigin | undefined): Promise<void> {
    const {id} = call;
    const pending = this.#arrived(id);
    const {signal} = pending.gone;
    try {
      const origin = {...extra, sessionId: this.#wire.sessionId};
      const decision = await this.#gate.check(call, origin, signal);
      pending.release = releaseOnce(decision);
      // Nothing comes after a cancellation, nor after what cannot be answered.
      if (signal.aborted) return;
      if (decision.allowed) {
        pending.isServed = id !== undefined && id !== null;
        this.onmessage?.(message, extra);
      } else if (id !== undefined) await this.#wire.send(toJsonRpcError(decision, id));
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      pending.isServed = false;
      pending.release('failure');
      this.#wire.onerror?.(error instanceof Error ? error : new Error(String(error)));
      const failure = {jsonrpc: '2.0', id, error: {code: INTERNAL_ERROR, message: 'internal error'}};
      if (id !== undefined) await this.#wire.send(failure).catch(() => undefined);
    } finally {
      if (!pending.isServed) this.#done(id, pending, 'abandoned');
    }
  }

  #arrived(id: JsonRpcId | undefined): Pending {
    const pending: Pending = {gone: new AbortController(), isServed: false, release: () => undefined};
    const calls = this.#pending.get(id) ?? new Set();
    this.#pending.set(id, calls.add(pending));
    return pending;
  }

  /** Of several calls with one id an answer is that of one, not of those that are still checked. */
  #answered(id: JsonRpcId, outcome: RequestOutcome): void {
    for (const pending of this.#pending.get(id) ?? [])
      if (pending.isServed) {
        this.#done(id, pending, outcome);
        return;
      }
  }

  #cancel(id: JsonRpcId | undefined): void {
    for (const pending of this.#pending.get(id) ?? []) {
      pending.gone.abort();
      this.#done(id, pending, 'abandoned');
    }
  }

  #done(id: JsonRpcId | undefined, pending: Pending, outcome: RequestOutcome): void {
    pending.release(outcome);
    const calls = this.#pending.get(id);
    calls?.delete(pending);
    if (calls?.size === 0) this.#pending.delete(id);
  }
}

const INTERNAL_ERROR = -32_603;

/** Whether an answer says that the server failed; other errors are about what was asked. */
const isServerError = (message: unknown): boolean =>
  memberOf(memberOf(message, 'error'), 'code') === INTERNAL_ERROR;

/** The id in a notification that a call is not wanted any more. */
const cancelledId = (message: unknown): JsonRpcId | undefined => {
  if (memberOf(message, 'method') !== 'notifications/cancelled') return undefined;
  const id = memberOf(memberOf(message, 'params'), 'requestId');
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};
