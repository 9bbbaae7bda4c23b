import {setTimeout as sleep} from 'node:timers/promises';
import type {Cluster, Redis} from 'ioredis';
import {StoreError} from '../store-error.ts';
import type {Host, RedisTarget} from '../store-target.ts';
import {answersPlainly} from './probe-host.ts';

const PROBE_MS = 1_000;
/** After so long without a connection a server that should speak TLS is asked whether it speaks none. */
const HANDSHAKE_MS = 500;

export interface ConnectOptions {
  readonly client: Redis | Cluster;
  readonly target: RedisTarget;
  /** Without any secret. */
  readonly url: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** What the client said last. */
  readonly lastError: () => unknown;
}

/** Connects and finds out whether there is a server that can be used. Rejects with what the driver says, or knows better. */
export const connectClient = async (options: ConnectOptions): Promise<void> => {
  const {client, target, timeoutMs} = options;
  const done = new AbortController();
  const {signal} = done;
  try {
    const noTls = target.tls ? [speaksNoTls(target.hosts[0]!, signal)] : [];
    await Promise.race([connect(options), timeout(client, timeoutMs, signal), ...noTls]);
  } finally {
    done.abort();
  }
};

const connect = async ({client, url, lastError}: ConnectOptions): Promise<void> => {
  await client.connect();
  // The driver goes on in database 0 when the one asked for does not exist.
  if (lastError() !== undefined) throw lastError();
  const version = await versionOf(client);
  if (version !== undefined && !isRecent(version))
    throw new StoreError(`the server is too old: redis ${version}`, {
      kind: 'server',
      url,
      hint: 'Redis 6.2 or newer, or Valkey, is needed',
    });
};

const timeout = async (client: Redis | Cluster, timeoutMs: number, signal: AbortSignal): Promise<never> => {
  await sleep(timeoutMs, undefined, {signal}).catch(forever);
  throw new Error(isHandshaking(client) ? 'no TLS handshake' : 'connect ETIMEDOUT');
};

/**
 * Rejects when the server speaks plain Redis. It takes the beginning of a handshake for a command that is not complete yet, and
 * waits for the rest of it for ever.
 */
const speaksNoTls = async (host: Host, signal: AbortSignal): Promise<never> => {
  await sleep(HANDSHAKE_MS, undefined, {signal}).catch(forever);
  if (await answersPlainly(host, PROBE_MS)) throw new Error('EPROTO: plain Redis');
  return forever();
};

/** For what lost a race. */
const forever = (): Promise<never> => new Promise(() => {});

/** Whether the server took the connection and has not begun with TLS. */
const isHandshaking = (client: Redis | Cluster): boolean => {
  const {stream} = client as {stream?: {connecting?: boolean; secureConnecting?: boolean}};
  return stream?.secureConnecting === true && stream.connecting !== true;
};

const versionOf = async (client: Redis | Cluster): Promise<string | undefined> => {
  try {
    const info = await client.info('server');
    return /^redis_version:(\S+)/m.exec(info)?.[1];
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return undefined;
    throw error;
  }
};

const isRecent = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
};
