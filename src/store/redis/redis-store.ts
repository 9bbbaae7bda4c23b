import type {Check, CheckAnswer, RowAddress} from '../../engine/live/check.ts';
import type {
  ClaimedItem,
  DeniedKey,
  DeniedSpan,
  HotKey,
  JournalEntry,
  NewQueueItem,
  PutOptions,
  QueueFacts,
  QueueItem,
  QueueSettlement,
  RowChange,
  RowChanged,
  RowPage,
  RowSelection,
  SlotWidth,
  Store,
  StoredDocument,
  StoredRow,
  StoreFacts,
  UsageDelta,
  UsageSlot,
} from '../port.ts';
import {DRAINED_AT_ONCE} from '../queue-rules.ts';
import {storeClosed} from '../store-closed.ts';
import type {StoreOptions} from '../store-target.ts';
import {wholeCount} from '../whole-count.ts';
import {RedisChecks} from './redis-checks.ts';
import type {RedisConnection} from './redis-connection.ts';
import {RedisDocuments} from './redis-documents.ts';
import {redisFacts} from './redis-facts.ts';
import {RedisJournals} from './redis-journals.ts';
import {RedisNews} from './redis-news.ts';
import {RedisQueues} from './redis-queues.ts';
import {RedisRows} from './redis-rows.ts';
import {RedisTopics} from './redis-topics.ts';
import {RedisUsage} from './redis-usage.ts';
import {RowKeys} from './row-key.ts';
import {askClock, ServerClock} from './server-clock.ts';

const SLACK = 5_000_000;

type Claim = Pick<ClaimedItem, 'id' | 'fencingToken'>;
type ClaimOptions = Parameters<Store['claim']>[1];
type ItemState = 'waiting' | 'claimed' | 'dead';

export interface RedisStoreOptions extends Pick<StoreOptions, 'slack' | 'clock'> {
  readonly connection: RedisConnection;
  readonly prefix: string;
  readonly topology: 'single' | 'sentinel' | 'cluster';
}

/** State in Redis or Valkey: rows as in row-value.ts under names as in row-key.ts, all else in the slot of `{~}`. */
export class RedisStore implements Store {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;
  readonly #checks: RedisChecks;
  readonly #rows: RedisRows;
  readonly #documents: RedisDocuments;
  readonly #journals: RedisJournals;
  readonly #usage: RedisUsage;
  readonly #queues: RedisQueues;
  readonly #news: RedisNews;
  readonly #topics: RedisTopics;
  #closed = false;

  constructor({connection, prefix, topology, slack = SLACK, clock: given}: RedisStoreOptions) {
    const keys = new RowKeys(prefix);
    const clock = new ServerClock(given);
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
    this.#checks = new RedisChecks({connection, keys, clock, slack, topology});
    this.#rows = new RedisRows(connection, keys, clock);
    this.#documents = new RedisDocuments(connection, keys, clock);
    this.#journals = new RedisJournals(connection, keys, clock);
    this.#usage = new RedisUsage(connection, keys, clock);
    this.#queues = new RedisQueues(connection, keys, clock);
    this.#news = new RedisNews(connection, keys);
    this.#topics = new RedisTopics(connection, keys);
  }

  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    return this.#closed ? Promise.reject(storeClosed(this.#connection.url)) : this.#checks.check(checks);
  }

  async release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    this.#open();
    return this.#checks.release(address, fencingToken, count);
  }

  async read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    this.#open();
    return this.#rows.read(addresses);
  }

  async *scan(selection: RowSelection, pageSize?: number): AsyncGenerator<RowPage> {
    this.#open();
    yield* this.#rows.scan(selection, pageSize);
  }

  async change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    this.#open();
    return this.#rows.change(changes);
  }

  async get(kind: string, id: string): Promise<StoredDocument | undefined> {
    this.#open();
    return this.#documents.get(kind, id);
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    this.#open();
    return this.#documents.list(kind);
  }

  async put(
    kind: string,
    id: string,
    value: unknown,
    options: PutOptions = {},
  ): Promise<StoredDocument | undefined> {
    this.#open();
    return this.#documents.put(kind, id, value, options);
  }

  async remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    this.#open();
    return this.#documents.remove(kind, id, ifVersion);
  }

  async append(journal: string, values: readonly unknown[]): Promise<void> {
    this.#open();
    return this.#journals.append(journal, values);
  }

  async latest(journal: string, count: number, since = 0): Promise<readonly JournalEntry[]> {
    this.#open();
    return this.#journals.latest(journal, wholeCount(count), since);
  }

  async record(delta: UsageDelta): Promise<void> {
    this.#open();
    return this.#usage.record(delta);
  }

  async hot(count: number): Promise<readonly HotKey[]> {
    this.#open();
    return this.#usage.hot(wholeCount(count));
  }

  async *slots(from: number, until: number, width?: SlotWidth): AsyncGenerator<UsageSlot> {
    this.#open();
    yield* this.#usage.slots(from, until, width);
  }

  async mostDenied(
    from: number,
    until: number,
    count: number,
    span?: DeniedSpan,
  ): Promise<readonly DeniedKey[]> {
    this.#open();
    return this.#usage.mostDenied(from, until, wholeCount(count), span);
  }

  async forget(addresses: readonly RowAddress[]): Promise<void> {
    this.#open();
    return this.#usage.forget(addresses);
  }

  async enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    this.#open();
    return this.#queues.enqueue(queue, items);
  }

  async claim(queue: string, options: ClaimOptions): Promise<readonly ClaimedItem[]> {
    this.#open();
    return this.#queues.claim(queue, options);
  }

  async extend(queue: string, claim: Claim, leaseFor: number): Promise<boolean> {
    this.#open();
    return this.#queues.extend(queue, claim, leaseFor);
  }

  async settle(queue: string, claim: Claim, settlement: QueueSettlement): Promise<boolean> {
    this.#open();
    return this.#queues.settle(queue, claim, settlement);
  }

  async queues(): Promise<readonly QueueFacts[]> {
    this.#open();
    return this.#queues.queues();
  }

  async items(queue: string, state: ItemState, count: number): Promise<readonly QueueItem[]> {
    this.#open();
    return this.#queues.items(queue, state, count);
  }

  async drain(
    queue: string,
    state: Exclude<ItemState, 'claimed'>,
    count = DRAINED_AT_ONCE,
  ): Promise<readonly QueueItem[]> {
    this.#open();
    return this.#queues.drain(queue, state, count);
  }

  async generation(): Promise<number> {
    this.#open();
    return this.#news.generation();
  }

  async announce(): Promise<void> {
    this.#open();
    return this.#news.announce();
  }

  async listen(onNews: () => void, topic?: string): Promise<() => Promise<void>> {
    this.#open();
    return topic === undefined ? this.#news.listen(onNews) : this.#topics.listen(topic, onNews);
  }

  async notify(topic: string): Promise<void> {
    this.#open();
    return this.#topics.notify(topic);
  }

  async now(): Promise<number> {
    this.#open();
    return askClock(this.#connection, this.#keys, this.#clock);
  }

  async facts(): Promise<StoreFacts> {
    this.#open();
    return redisFacts(this.#connection, this.#clock);
  }

  /** Rows end by themselves; documents that have ended go here. */
  async sweep(): Promise<number> {
    this.#open();
    await this.#usage.sweep();
    return this.#documents.sweep();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#news.stop();
    this.#topics.stop();
    await this.#connection.close();
  }

  #open(): void {
    if (this.#closed) throw storeClosed(this.#connection.url);
  }
}
