import type {PostgresTarget} from '../store-target.ts';
import {Connections} from './connections.ts';

interface SingleConnectionOptions {
  readonly access: 'read' | 'write';
  /** For connecting, and for each statement. */
  readonly timeoutMs: number;
  readonly clientName?: string | undefined;
}

/** One connection for a short errand; when it is lost it stays lost. */
export const singleConnection = (
  target: PostgresTarget,
  {access, timeoutMs, clientName = 'ratectl'}: SingleConnectionOptions,
): Connections =>
  new Connections(target, {
    ...{access, timeoutMs, clientName},
    connectTimeoutMs: timeoutMs,
    connection: 'once',
    size: 1,
  });
