/** A store URL, taken apart. Secrets stay in here: `redactedUrl` is what is shown. */
export type StoreTarget =
  | {readonly kind: 'memory'}
  | {readonly kind: 'sqlite'; readonly path: string}
  | RedisTarget
  | PostgresTarget;

export interface Host {
  readonly host: string;
  readonly port: number;
}

export interface RedisTarget {
  readonly kind: 'redis';
  /** One server, the nodes of a Cluster to begin with, or Sentinels that know the primary of `service`. */
  readonly topology:
    | {readonly kind: 'single'}
    | {readonly kind: 'cluster'}
    | {readonly kind: 'sentinel'; readonly service: string};
  readonly hosts: readonly Host[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Database number; 0 in a Cluster. */
  readonly database: number;
  /** Parameters after `?`, such as `prefix`, `ca`, `tls-server-name`, `insecure`. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface PostgresTarget {
  readonly kind: 'postgres';
  readonly hosts: readonly Host[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** Parameters after `?`, such as `sslmode`, `sslrootcert`, `schema`, `unlogged`. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** How a store is opened. */
export interface StoreOptions {
  /** What it is opened for: `read` never writes, creates or migrates anything. */
  readonly access: 'read' | 'write';
  /** Milliseconds after which connecting, or a call, is given up. @default 5000 */
  readonly timeoutMs?: number;
  /** Who we are on the server's lists of clients. @default 'ratectl' */
  readonly clientName?: string;
  /** `once` gives up at the first failure (commands); `reconnect` keeps the connection and comes back by itself (applications). @default 'once' */
  readonly connection?: 'once' | 'reconnect';
  /** Microseconds a row is kept beyond the instant from which it means nothing. @default 5 s */
  readonly slack?: number;
  /** A clock in place of the store's own: for replays and tests. µs since the epoch. */
  readonly clock?: () => number;
  /** Name under which everything is kept, when it is not in the URL. */
  readonly prefix?: string;
}
