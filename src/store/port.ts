/**
 * The port between ratectl and the place where state lives. Memory, SQLite, Redis and Postgres implement it with the same
 * decisions and the same meaning; everything above (library, commands) knows only this file.
 *
 * Instants are whole microseconds of the store's clock. Every method that talks to a server rejects with a `StoreError`.
 */
import type {Check, CheckAnswer, RowAddress} from '../engine/live/check.ts';

/** The state of one key as the store keeps it. */
export interface StoredRow {
  readonly address: RowAddress;
  /** Letters of `BucketSet.shape`: which algorithms the words belong to. */
  readonly shape: string;
  /** What `BucketSet.load` reads. */
  readonly words: readonly number[];
  /** When the store may forget the row; Infinity: never, or not told (pages of `scan` in Redis: `read` tells). */
  readonly expiresAt: number;
}

/** Which rows: all of a limit's or of all limits; keys by prefix or by glob (`*` any run, `?` one character, `\` quotes). */
export interface RowSelection {
  readonly limit?: string;
  readonly keys:
    | {readonly kind: 'all'}
    | {readonly kind: 'prefix'; readonly prefix: string}
    | {readonly kind: 'glob'; readonly pattern: string};
}

/** One page of a listing. Rows that change during the listing may come in their older or newer form, and at most twice. */
export interface RowPage {
  readonly rows: readonly StoredRow[];
  /** Things under our name that are not ours, first ten names: never touched, and counted. */
  readonly foreign: readonly string[];
}

/** Replaces a row only when it still is what was expected. */
export interface RowChange {
  readonly address: RowAddress;
  /** The row as it was read; undefined: there was none; `any`: whatever there is. */
  readonly expected: StoredRow | undefined | 'any';
  /** What shall be there; undefined: nothing (the key is as if never seen). */
  readonly next: Pick<StoredRow, 'shape' | 'words' | 'expiresAt'> | undefined;
}

export interface RowChanged {
  /** `drifted`: it was something else, and stayed as it was. */
  readonly outcome: 'done' | 'drifted';
  /** What was there when the change was made, or refused. */
  readonly before: StoredRow | undefined;
}

/** The limiter's state, row by row. */
export interface Rows {
  /** Exactly these rows; undefined where there is none. Writes nothing, touches no expiry. */
  read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]>;
  /** All rows of a selection in pages of at most `pageSize` (default 500), without blocking the server; never `KEYS`. */
  scan(selection: RowSelection, pageSize?: number): AsyncIterable<RowPage>;
  /** Makes each change atomically by itself. */
  change(changes: readonly RowChange[]): Promise<readonly RowChanged[]>;
}

/** A small JSON document: overrides, the policy in force, later tokens and instances. */
export interface StoredDocument {
  readonly id: string;
  /** Grows with every change, starting at 1. */
  readonly version: number;
  /** When it ends by itself; Infinity: never. */
  readonly expiresAt: number;
  /** Anything JSON can hold. */
  readonly value: unknown;
}

export interface PutOptions {
  /** Default Infinity. */
  readonly expiresAt?: number;
  /** Refuses (answers undefined) unless this is the version there is; 0: there must be none. */
  readonly ifVersion?: number;
}

/** Documents by kind (`override`, `policy`, …) and id. Few per kind (thousands): `list` reads all of a kind. */
export interface Documents {
  get(kind: string, id: string): Promise<StoredDocument | undefined>;
  /** Those that have not ended, by id. */
  list(kind: string): Promise<readonly StoredDocument[]>;
  put(kind: string, id: string, value: unknown, options?: PutOptions): Promise<StoredDocument | undefined>;
  /** Whether there was one (of that version). */
  remove(kind: string, id: string, ifVersion?: number): Promise<boolean>;
}

/** An entry of a journal: only added, never changed; the oldest go first when there are too many or they are too old. */
export interface JournalEntry {
  /** Orders the entries of a journal; unique. */
  readonly id: string;
  readonly at: number;
  readonly value: unknown;
}

/** Journals by name (`audit`, later `events`). At least the last 10,000 entries of each are kept. */
export interface Journals {
  append(journal: string, values: readonly unknown[]): Promise<void>;
  /** The newest first, at most `count`, not older than `since` (µs, default 0). */
  latest(journal: string, count: number, since?: number): Promise<readonly JournalEntry[]>;
}

/** What a limiter saw since it last told, summed up: one write for thousands of requests. */
export interface UsageDelta {
  readonly limits: readonly LimitUsage[];
  /** Keys that were refused or came near their limit, at most 1,000, those with the most refusals first. */
  readonly keys: readonly KeyUsage[];
}

export interface LimitUsage {
  readonly limit: string;
  readonly allowed: number;
  readonly denied: number;
  /** Requests that a limit in shadow mode, or a rollout, would have denied; they are in `allowed`, too. */
  readonly shadowDenied: number;
}

export interface KeyUsage {
  readonly address: RowAddress;
  /** Refusals, those in shadow included. */
  readonly denied: number;
  readonly shadow: boolean;
  /** When the key is neither refused nor near its limit any more if nothing else arrives, µs of the store's clock. */
  readonly until: number;
}

/** A key that was refused or near its limit a short time ago. */
export interface HotKey {
  readonly address: RowAddress;
  readonly shadow: boolean;
  readonly until: number;
  /** Refusals in this minute and the one before, weighed by overlap: about the last 60 s. */
  readonly deniedLastMinute: number;
}

/** Counts of one limit in one slot of time. */
export interface UsageSlot extends LimitUsage {
  /** Start of the slot (a whole minute), µs. */
  readonly at: number;
}

export interface DeniedKey {
  readonly address: RowAddress;
  readonly denied: number;
}

/**
 * What happened, in sums of bounded size: per limit and minute for 8 days, per hour the 1,000 most refused keys for 8 days, and
 * an index of at most 10,000 keys that are limited or near it now.
 */
export interface Usage {
  record(delta: UsageDelta): Promise<void>;
  /** From the index, without looking through the keys: those whose `until` is not past, at most `count`, latest `until` first. */
  hot(count: number): Promise<readonly HotKey[]>;
  /** Slots that begin in `[from, until)`, in order of time. */
  slots(from: number, until: number): AsyncIterable<UsageSlot>;
  /** The most refused keys of the hours that begin in `[from, until)`, most refusals first, at most `count`. */
  mostDenied(from: number, until: number, count: number): Promise<readonly DeniedKey[]>;
  /** Takes keys out of the index: they were reset. */
  forget(addresses: readonly RowAddress[]): Promise<void>;
}

/** Facts about the server for people. */
export interface StoreFacts {
  /** `redis 7.0.15`, `postgres 15.14`, `sqlite 3.50`, `memory`. */
  readonly server: string;
  /** The store's URL without any secret. */
  readonly url: string;
  /** The store's clock, µs. */
  readonly now: number;
  /** How long it took to ask, µs: the uncertainty of a clock comparison. */
  readonly roundTrip: number;
  /** What an operator should know: `evicts keys (allkeys-lru)`, `UNLOGGED: a crash forgets all`. */
  readonly remarks: readonly string[];
}

export interface Store extends Rows, Documents, Journals, Usage {
  /**
   * Decides and charges checks, in their order, each atomically. One round trip for all of them, whatever the number of
   * layers and buckets (a Redis Cluster: one per slot, see docs/guarantees.md). A check without layers is answered without
   * the server.
   */
  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]>;
  /** Ends the `count` leases whose fencing tokens end with `fencingToken`. False when none of them was held any more. */
  release(address: RowAddress, shape: string, fencingToken: number, count: number): Promise<boolean>;
  /**
   * A number that grows whenever somebody announces: running limiters ask for it twice a second, read the overrides again and forget
   * the refusals they remembered.
   */
  generation(): Promise<number>;
  announce(): Promise<void>;
  facts(): Promise<StoreFacts>;
  /** Removes what is out of date where the store does not do so by itself, in small steps. Answers how many rows went. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}
