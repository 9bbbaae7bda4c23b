import type {JsonRpcId} from './to-json-rpc-error.ts';

/** A JSON-RPC message that asks for something to be done. */
export interface JsonRpcCall {
  readonly method: string;
  readonly params?: unknown;
  /** Undefined for a notification, which is not answered; null where the id is none that JSON-RPC knows. */
  readonly id: JsonRpcId | undefined;
}

/**
 * The message as a call: whatever names a method, with or without an id. Who checks only what has a proper id is stepped around
 * by leaving it out. Undefined for answers and anything else.
 */
export const asCall = (message: unknown): JsonRpcCall | undefined => {
  if (!isObject(message) || typeof message['method'] !== 'string') return undefined;
  const {id, params} = message;
  const known = typeof id === 'string' || typeof id === 'number' ? id : null;
  return {method: message['method'], params, id: id === undefined ? undefined : known};
};

/** The id of an answer: a result or an error; undefined for anything else. */
export const answeredId = (message: unknown): JsonRpcId | undefined => {
  if (!isObject(message) || 'method' in message) return undefined;
  const {id} = message;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};

/** An own member of an object, of the expected type. */
export const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
