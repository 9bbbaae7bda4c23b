import {readFileSync} from 'node:fs';
import type {ConnectionOptions} from 'node:tls';
import {Cluster, Redis, type RedisOptions} from 'ioredis';
import {readReason} from '../../base/io-reason.ts';
import {quoted} from '../../base/safe-text.ts';
import {StoreError} from '../store-error.ts';
import type {RedisTarget, StoreOptions} from '../store-target.ts';

/** Waits between attempts to connect again: quick, so that a server that is back is used within a second. */
const BACKOFF_MS = 500;

/** For how long a connection that was ended waits for the server to end it, too: its timer keeps the process alive. */
const DISCONNECT_MS = 200;

/** The driver for a target. It does not connect yet. */
export const createClient = (
  target: RedisTarget,
  options: StoreOptions,
  timeoutMs: number,
  url: string,
): Redis | Cluster => {
  const {topology, hosts, username, password, database, parameters} = target;
  const reconnects = options.connection === 'reconnect';
  const backoff = (times: number): number => Math.min(times * 50, BACKOFF_MS);
  const tls = target.tls ? tlsOptions(target, url) : undefined;
  const common = {
    lazyConnect: true,
    // Replies are bytes: the newer protocol has nothing to add.
    protocol: 2 as const,
    replyMapping: 'legacy' as const,
    connectionName: options.clientName ?? 'ratectl',
    disableClientInfo: true,
    // A little later than `open` gives up, which knows more about why.
    connectTimeout: timeoutMs + 100,
    commandTimeout: timeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    retryStrategy: reconnects ? backoff : () => null,
    // A primary that became a replica: whoever is primary now is found by connecting again.
    reconnectOnError: (error: Error) => reconnects && error.message.startsWith('READONLY'),
    ...credentials(username, password),
    ...(tls === undefined ? {} : {tls}),
  } satisfies RedisOptions;
  if (topology.kind === 'cluster') {
    const {retryStrategy: _, ...node} = common;
    return new Cluster([...hosts], {
      lazyConnect: true,
      // Nodes are connected to when they are first asked: until then their commands wait, at most for the timeout.
      enableOfflineQueue: true,
      clusterRetryStrategy: reconnects ? backoff : () => null,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: Math.min(timeoutMs, 2_000),
      slotsRefreshInterval: 2_000,
      ...(tls === undefined ? {} : {dnsLookup: (address, found) => found(null, address)}),
      // Of one server the connection itself is given up when it stays silent: the driver's timer costs more than a check.
      redisOptions: {...node, ...(reconnects ? {socketTimeout: timeoutMs} : {})},
    });
  }
  if (topology.kind === 'sentinel') {
    const sentinel = credentials(parameters.get('sentinel-username'), parameters.get('sentinel-password'));
    return new Redis({
      ...common,
      db: database,
      sentinels: [...hosts],
      name: topology.service,
      sentinelCommandTimeout: timeoutMs,
      sentinelRetryStrategy: reconnects ? backoff : () => null,
      failoverDetector: reconnects,
      ...(sentinel.username === undefined ? {} : {sentinelUsername: sentinel.username}),
      ...(sentinel.password === undefined ? {} : {sentinelPassword: sentinel.password}),
      ...(tls === undefined ? {} : {enableTLSForSentinelMode: true, sentinelTLS: tls}),
    });
  }
  const {host, port} = hosts[0]!;
  return new Redis({...common, host, port, db: database});
};

/**
 * A password alone is that of the user `default`. Said by name, a server whose `default` needs none takes any; to a password alone
 * it answers with an error, which the driver prints on stderr.
 */
const credentials = (
  username: string | undefined,
  password: string | undefined,
): {readonly username?: string; readonly password?: string} =>
  password === undefined
    ? username === undefined
      ? {}
      : {username}
    : {username: username ?? 'default', password};

const tlsOptions = ({parameters}: RedisTarget, url: string): ConnectionOptions => {
  const read = (name: string): Buffer | undefined => {
    const path = parameters.get(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      throw new StoreError(`cannot read ${name}=${quoted(path)}: ${readReason(error)}`, {
        kind: 'tls',
        url,
        hint: 'check the path in the URL of the store',
        cause: error,
      });
    }
  };
  const ca = read('ca');
  // The driver takes any file, and then trusts nobody.
  if (ca?.includes('-----BEGIN') === false || ca?.includes('PRIVATE KEY-----'))
    throw new StoreError(`ca=${quoted(parameters.get('ca')!)} holds no certificate`, {
      kind: 'tls',
      url,
      hint: 'the certificate of an authority is a PEM file: it begins with -----BEGIN CERTIFICATE-----',
    });
  const cert = read('cert');
  const key = read('key');
  const servername = parameters.get('tls-server-name');
  const insecure = parameters.get('insecure');
  return {
    rejectUnauthorized: insecure === undefined || insecure === 'false',
    ...(ca === undefined ? {} : {ca}),
    ...(cert === undefined ? {} : {cert}),
    ...(key === undefined ? {} : {key}),
    ...(servername === undefined ? {} : {servername}),
  };
};
