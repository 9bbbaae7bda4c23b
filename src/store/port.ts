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
  /** What `BucketSet.load` reads, of buckets of the address's shape. */
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

/** One page of a listing. Rows that change, or move to another server, meanwhile may come in their older or newer form, and again. */
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
  readonly next: Pick<StoredRow, 'words' | 'expiresAt'> | undefined;
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
  /** Start of the slot (a whole minute or hour), µs. */
  readonly at: number;
}

/** Sums per minute are kept for 8 days, per hour for 35. */
export type SlotWidth = 'minute' | 'hour';

/** Refusals of keys per hour are kept for 8 days, per day (UTC) for 35. */
export type DeniedSpan = 'hour' | 'day';

export interface DeniedKey {
  readonly address: RowAddress;
  readonly denied: number;
}

/**
 * What happened, in sums of bounded size: per limit and minute for 8 days, per limit and hour for 35; per hour the 1,000 most
 * refused keys for 8 days, per day for 35; and an index of at most 10,000 keys that are limited or near it now.
 */
export interface Usage {
  record(delta: UsageDelta): Promise<void>;
  /** From the index, without looking through the keys: those whose `until` is not past, at most `count`, latest `until` first. */
  hot(count: number): Promise<readonly HotKey[]>;
  /** Slots of a width (default: minutes) that begin in `[from, until)`, in order of time. */
  slots(from: number, until: number, width?: SlotWidth): AsyncIterable<UsageSlot>;
  /** The most refused keys of the hours (default) or days that begin in `[from, until)`, most refusals first, at most `count`. */
  mostDenied(from: number, until: number, count: number, span?: DeniedSpan): Promise<readonly DeniedKey[]>;
  /** Takes keys out of the index: they were reset. */
  forget(addresses: readonly RowAddress[]): Promise<void>;
}

/** Work to be done later, as it is put into a queue. */
export interface NewQueueItem {
  /** Name of its priority class. */
  readonly class: string;
  /** Lowest first among the items that are due: `enqueuedAt` and the handicap of its class, see engine/queue-order.ts. */
  readonly rank: number;
  /** Not before, µs of the store's clock; 0: at once. */
  readonly notBefore: number;
  /** Anything JSON can hold; at most 256 KB as JSON. */
  readonly payload: unknown;
}

export interface QueueItem extends NewQueueItem {
  /** Unique in the queue; grows in the order of arrival. */
  readonly id: string;
  readonly enqueuedAt: number;
  /** Failed attempts so far. */
  readonly attempts: number;
  /** What the last failure said; empty without one. */
  readonly error: string;
}

/** An item in the hands of a worker until `leasedUntil`: then it is due again, with one attempt more. */
export interface ClaimedItem extends QueueItem {
  readonly leasedUntil: number;
  /** Grows with every claim in the queue: `settle` and `extend` of an earlier claim do nothing. */
  readonly fencingToken: number;
}

/** What becomes of a claimed item. */
export type QueueSettlement =
  | {readonly kind: 'done'}
  /** Its limits do not allow it yet: no attempt was made. */
  | {readonly kind: 'park'; readonly notBefore: number}
  | {readonly kind: 'retry'; readonly notBefore: number; readonly error: string}
  | {readonly kind: 'dead'; readonly error: string};

export interface QueueFacts {
  readonly queue: string;
  /** By class, of those that wait: due ones and those that are not due yet. */
  readonly waiting: ReadonlyMap<string, number>;
  readonly due: number;
  readonly claimed: number;
  readonly dead: number;
  /** When the oldest waiting item came; 0: none waits. */
  readonly oldestAt: number;
  /** When the next waiting item becomes due, or a lease ends; Infinity: nothing does. */
  readonly nextAt: number;
}

/** Queues by name, shared by all that have the store. Each item is claimed by one worker at a time, and survives restarts. */
export interface Queues {
  /** Answers the ids, in the order given. Refuses (RangeError) beyond 1,000,000 items in a queue. */
  enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]>;
  /** At most `count` items that are due, lowest rank first; items whose lease ended come again. `leaseFor`: µs. */
  claim(
    queue: string,
    options: {readonly count: number; readonly leaseFor: number},
  ): Promise<readonly ClaimedItem[]>;
  /** False when the claim is not in force any more. */
  extend(queue: string, claim: Pick<ClaimedItem, 'id' | 'fencingToken'>, leaseFor: number): Promise<boolean>;
  settle(
    queue: string,
    claim: Pick<ClaimedItem, 'id' | 'fencingToken'>,
    settlement: QueueSettlement,
  ): Promise<boolean>;
  /** All queues that hold something, by name. */
  queues(): Promise<readonly QueueFacts[]>;
  /** In order of rank, at most `count`; `dead` ones latest first. */
  items(queue: string, state: 'waiting' | 'claimed' | 'dead', count: number): Promise<readonly QueueItem[]>;
  /**
   * Takes out waiting (or dead) items, at most `count` (default 1,000) in a call, and answers them: those that are claimed are
   * left to their workers.
   */
  drain(queue: string, state: 'waiting' | 'dead', count?: number): Promise<readonly QueueItem[]>;
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

export interface Store extends Rows, Documents, Journals, Usage, Queues {
  /**
   * Decides and charges checks, in their order, each atomically. One round trip for all of them, whatever the number of
   * layers and buckets (a Redis Cluster: one per slot, see docs/guarantees.md). A check without layers is answered without
   * the server.
   */
  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]>;
  /** Ends the `count` leases whose fencing tokens end with `fencingToken`. False when none of them was held any more. */
  release(address: RowAddress, fencingToken: number, count: number): Promise<boolean>;
  /**
   * A number that grows whenever somebody announces: running limiters ask for it twice a second, read the overrides again and forget
   * the refusals they remembered.
   */
  generation(): Promise<number>;
  announce(): Promise<void>;
  /**
   * Calls back soon after somebody announced, or with a topic after somebody notified of it: at once where the server can push (Redis, Postgres without a pooler in
   * transaction mode), else asked for every 500 ms. Calls may be lost with a connection and come twice: a hint to look, never a
   * promise. Never keeps the process alive. Answers how to stop.
   */
  listen(onNews: () => void, topic?: string): Promise<() => Promise<void>>;
  /**
   * Tells those who listen to a topic (at most 1,000 characters), and nobody else: cheap, and no generation grows. A hint as above;
   * where the server cannot push, listeners to a topic are called back every 20 to 50 ms, or when something was written.
   */
  notify(topic: string): Promise<void>;
  /** The store's clock, µs. */
  now(): Promise<number>;
  facts(): Promise<StoreFacts>;
  /** Removes what is out of date where the store does not do so by itself, in small steps. Answers how many rows went. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}
