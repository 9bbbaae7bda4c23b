/**
 * What `doctor` looks at in a store: plain data, as measured. Looking changes nothing. Whatever cannot be looked at says why, and
 * keeps nobody from the rest. Spans are whole µs, instants µs since the epoch.
 */
export type Seen<T> =
  | {readonly seen: true; readonly value: T}
  /** `why` is one line, without any secret. */
  | {readonly seen: false; readonly why: string};

export interface Examination {
  /** Without any secret. */
  readonly url: string;
  readonly server: Seen<ServerVersion>;
  /** Round trips one after the other. */
  readonly pings: Seen<readonly number[]>;
  readonly clock: Seen<ClockOffset>;
  /** How the server is reached; undefined where there is no server. */
  readonly transport: Transport | undefined;
  readonly rights: Seen<AccessRights>;
  readonly details: RedisFacts | PostgresFacts | SqliteFacts | {readonly kind: 'memory'};
}

export interface ServerVersion {
  /** `redis`, `valkey`, `postgres`, `sqlite`, `memory`. */
  readonly product: string;
  readonly version: string;
}

/** How far the store's clock is ahead of this machine's; `error`: by how much that may be wrong. */
export interface ClockOffset {
  readonly ahead: number;
  readonly error: number;
}

export interface Transport {
  /** Hosts that are not this machine; empty: nothing leaves it. */
  readonly remoteHosts: readonly string[];
  /** Whether the connection that answered was encrypted. */
  readonly encrypted: boolean;
  /** Whether the server had to prove who it is. */
  readonly verified: boolean;
  /** Whether we had to prove who we are. */
  readonly authenticated: 'yes' | 'no' | 'unknown';
}

/** What the user of the connection may not do, by name; empty: everything needed. */
export interface AccessRights {
  readonly user: string;
  /** Asked how: `ACL DRYRUN`, a transaction that is thrown away, `has_table_privilege`. */
  readonly by: string;
  /** Of those that looking needs: `get`, `SELECT on state`. */
  readonly missingToRead: readonly string[];
  /** Of those that applications need beyond; undefined: it cannot be asked without doing it. */
  readonly missingToWrite: readonly string[] | undefined;
  /** Of those that hear of changes at once: without them it is asked at intervals. Undefined: as before. */
  readonly missingForNews: readonly string[] | undefined;
  /** What gives them, where it is not the list of rights in docs/stores.md. */
  readonly remedy?: string;
}

export interface RedisFacts {
  readonly kind: 'redis';
  readonly topology: 'single' | 'sentinel' | 'cluster';
  readonly prefix: string;
  /** The server; of a Cluster its primaries. */
  readonly nodes: readonly RedisNode[];
  /** Undefined where it is no Cluster. */
  readonly cluster: Seen<ClusterFacts> | undefined;
  readonly keys: Seen<KeySample>;
}

export interface RedisNode {
  readonly address: string;
  /** Whether it is reached with TLS. */
  readonly encrypted: boolean;
  /** Fields of `INFO` by name. */
  readonly info: Seen<ReadonlyMap<string, string>>;
  /** Settings by name; some servers do not tell them. */
  readonly settings: Seen<ReadonlyMap<string, string>>;
  readonly slow: Seen<readonly SlowCall[]>;
}

export interface SlowCall {
  readonly at: number;
  readonly took: number;
  /** Whether it was about keys under our prefix. */
  readonly ours: boolean;
}

export interface ClusterFacts {
  readonly state: string;
  /** Slots that some node serves, of 16,384. */
  readonly slotsAssigned: number;
  /** Slots of nodes that may have failed, or have. */
  readonly slotsFailing: number;
  readonly primaries: number;
  /** Primaries without a replica. */
  readonly alone: number;
}

/** A bounded look through the keys under our prefix. */
export interface KeySample {
  /** Keys that the servers hold, ours or not. */
  readonly total: number;
  /** Rows that were looked at. */
  readonly rows: number;
  /** Whether these are all there are. */
  readonly complete: boolean;
  /** Of the rows: without an end; the first names. */
  readonly endless: {readonly count: number; readonly names: readonly string[]};
  /** Of the rows: the longest time to live. */
  readonly longestTtl: number;
  readonly longestName: string;
  /** Under our prefix, and not ours. */
  readonly foreign: {readonly count: number; readonly names: readonly string[]};
}

export interface PostgresFacts {
  readonly kind: 'postgres';
  /** Not quoted. */
  readonly schema: string;
  readonly migrations: Seen<{readonly version: number; readonly newest: number}>;
  readonly objects: Seen<PostgresObjects>;
  readonly tables: Seen<readonly TableFacts[]>;
  readonly settings: Seen<ReadonlyMap<string, string>>;
  /** What the URL asks for. */
  readonly asked: {readonly unlogged: boolean; readonly commitOff: boolean};
  readonly connections: Seen<{readonly used: number; readonly usable: number}>;
  /** Whether the server keeps what is set for a session: not behind a pooler in transaction mode. */
  readonly session: 'own' | 'shared';
  readonly activity: Seen<ActivityFacts>;
  readonly isReplica: Seen<boolean>;
  readonly replicas: Seen<readonly ReplicaFacts[]>;
  readonly idleSlots: Seen<readonly {readonly name: string; readonly retainedBytes: number}[]>;
}

/** Names that the migrations make and that are not there. */
export interface PostgresObjects {
  readonly missingTables: readonly string[];
  readonly missingIndexes: readonly string[];
  readonly invalidIndexes: readonly string[];
  readonly missingFunctions: readonly string[];
}

export interface TableFacts {
  readonly name: string;
  readonly unlogged: boolean;
  readonly live: number;
  readonly dead: number;
  readonly bytes: number;
  /** Whether autovacuum may look at it, should it run at all. */
  readonly autovacuum: boolean;
  /** When autovacuum, or somebody, last vacuumed it; undefined: never since the statistics began. */
  readonly vacuumedAt: number | undefined;
}

export interface ActivityFacts {
  /** Age of the oldest transaction of this database, and what its session does; 0: none. */
  readonly oldestAge: number;
  readonly oldestState: string;
  readonly oldestName: string;
  /** Prepared transactions that nobody ended. */
  readonly prepared: number;
  /** Sessions whose transactions the role may not see. */
  readonly hidden: number;
}

export interface ReplicaFacts {
  readonly name: string;
  readonly state: string;
  /** Undefined: not known, or the role may not see it. */
  readonly lag: number | undefined;
  readonly lagBytes: number | undefined;
}

export interface SqliteFacts {
  readonly kind: 'sqlite';
  readonly path: string;
  /** Undefined: there is no file. */
  readonly file: FileFacts | undefined;
  readonly schema: Seen<{readonly version: number; readonly newest: number}>;
  readonly journalMode: Seen<string>;
  /** What `PRAGMA quick_check` complains about; empty: nothing. */
  readonly complaints: Seen<readonly string[]>;
  readonly space: Seen<{readonly freeBytes: number; readonly fileSystem: string; readonly network: boolean}>;
}

export interface FileFacts {
  readonly bytes: number;
  /** Of the file beside it that holds what was written last; 0: there is none. */
  readonly walBytes: number;
  /** Permission bits; undefined where the system has none. */
  readonly mode: number | undefined;
  readonly ownerIsUs: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly folderWritable: boolean;
}
