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
import {wholeCount} from '../whole-count.ts';
import {type ChecksOptions, PostgresChecks} from './postgres-checks.ts';
import {PostgresDocuments} from './postgres-documents.ts';
import {PostgresJournals} from './postgres-journals.ts';
import {PostgresNews} from './postgres-news.ts';
import {PostgresQueues} from './postgres-queues.ts';
import {PostgresRows} from './postgres-rows.ts';
import {PostgresTopics} from './postgres-topics.ts';
import {PostgresUsage} from './postgres-usage.ts';
import {nowSql, type Server} from './server.ts';
import type {Statement} from './statement.ts';

/** State in a schema of a Postgres database. Made by `openPostgresStore`. */
export class PostgresStore implements Store {
  readonly #server: Server;
  readonly #url: string;
  readonly #options: ChecksOptions;
  readonly #checks: PostgresChecks;
  readonly #rows: PostgresRows;
  readonly #documents: PostgresDocuments;
  readonly #journals: PostgresJournals;
  readonly #usage: PostgresUsage;
  readonly #queues: PostgresQueues;
  readonly #news: PostgresNews;
  readonly #topics: PostgresTopics;
  readonly #now: Statement;
  readonly #facts: Statement;

  constructor(server: Server, url: string, options: ChecksOptions) {
    this.#server = server;
    this.#url = url;
    this.#options = options;
    this.#checks = new PostgresChecks(server, options, url);
    this.#rows = new PostgresRows(server);
    this.#documents = new PostgresDocuments(server);
    this.#journals = new PostgresJournals(server);
    this.#usage = new PostgresUsage(server);
    const {schema} = server;
    this.#queues = new PostgresQueues(server);
    this.#news = new PostgresNews(server, url);
    this.#topics = new PostgresTopics(server, url);
    this.#now = {name: 'ratectl_now', text: `select ${nowSql(1)}`};
    this.#facts = {
      name: 'ratectl_facts',
      text: `select current_setting('server_version'), ${nowSql(1)}, pg_is_in_recovery(),
        (select relpersistence from pg_class where oid = '${schema.replaceAll("'", "''")}.state'::regclass),
        current_setting('synchronous_commit'), current_setting('fsync')`,
    };
  }

  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    return this.#checks.check(checks);
  }

  release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    return this.#rows.release(address, fencingToken, count);
  }

  read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    return this.#rows.read(addresses);
  }

  scan(selection: RowSelection, pageSize?: number): AsyncIterable<RowPage> {
    return this.#rows.scan(selection, pageSize);
  }

  change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    return this.#rows.change(changes);
  }

  get(kind: string, id: string): Promise<StoredDocument | undefined> {
    return this.#documents.get(kind, id);
  }

  list(kind: string): Promise<readonly StoredDocument[]> {
    return this.#documents.list(kind);
  }

  put(kind: string, id: string, value: unknown, options?: PutOptions): Promise<StoredDocument | undefined> {
    return this.#documents.put(kind, id, value, options);
  }

  remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    return this.#documents.remove(kind, id, ifVersion);
  }

  append(journal: string, values: readonly unknown[]): Promise<void> {
    return this.#journals.append(journal, values);
  }

  latest(journal: string, count: number, since?: number): Promise<readonly JournalEntry[]> {
    return this.#journals.latest(journal, wholeCount(count), since);
  }

  record(delta: UsageDelta): Promise<void> {
    return this.#usage.record(delta);
  }

  hot(count: number): Promise<readonly HotKey[]> {
    return this.#usage.hot(wholeCount(count));
  }

  slots(from: number, until: number, width?: SlotWidth): AsyncIterable<UsageSlot> {
    return this.#usage.slots(from, until, width);
  }

  mostDenied(from: number, until: number, count: number, span?: DeniedSpan): Promise<readonly DeniedKey[]> {
    return this.#usage.mostDenied(from, until, wholeCount(count), span);
  }

  forget(addresses: readonly RowAddress[]): Promise<void> {
    return this.#usage.forget(addresses);
  }

  enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    return this.#queues.enqueue(queue, items);
  }

  claim(
    queue: string,
    options: {readonly count: number; readonly leaseFor: number},
  ): Promise<readonly ClaimedItem[]> {
    return this.#queues.claim(queue, options);
  }

  extend(queue: string, claim: Pick<ClaimedItem, 'id' | 'fencingToken'>, leaseFor: number): Promise<boolean> {
    return this.#queues.extend(queue, claim, leaseFor);
  }

  settle(
    queue: string,
    claim: Pick<ClaimedItem, 'id' | 'fencingToken'>,
    settlement: QueueSettlement,
  ): Promise<boolean> {
    return this.#queues.settle(queue, claim, settlement);
  }

  queues(): Promise<readonly QueueFacts[]> {
    return this.#queues.queues();
  }

  items(queue: string, state: 'waiting' | 'claimed' | 'dead', count: number): Promise<readonly QueueItem[]> {
    return this.#queues.items(queue, state, count);
  }

  drain(queue: string, state: 'waiting' | 'dead', count?: number): Promise<readonly QueueItem[]> {
    return this.#queues.drain(queue, state, count);
  }

  generation(): Promise<number> {
    return this.#news.generation();
  }

  announce(): Promise<void> {
    return this.#news.announce();
  }

  listen(onNews: () => void, topic?: string): Promise<() => Promise<void>> {
    return topic === undefined ? this.#news.listen(onNews) : this.#topics.listen(topic, onNews);
  }

  notify(topic: string): Promise<void> {
    return this.#topics.notify(topic);
  }

  async now(): Promise<number> {
    const [row] = await this.#server.query(this.#now, [this.#server.now()]);
    return Number(row![0]);
  }

  async facts(): Promise<StoreFacts> {
    const asked = process.hrtime.bigint();
    const [row] = await this.#server.query(this.#facts, [this.#server.now()]);
    const roundTrip = Number((process.hrtime.bigint() - asked) / 1_000n);
    const [version, now, replica, persistence, commit, fsync] = row!;
    const remarks: string[] = [];
    if (persistence === 'u') remarks.push('UNLOGGED: a crash of the server forgets all counters');
    if (commit === 'off' || this.#options.commit === 'asynchronous')
      remarks.push('synchronous_commit is off: a crash of the server forgets the last moments');
    if (fsync === 'off') remarks.push('fsync is off: a crash of the machine may lose the whole database');
    if (replica === 't') remarks.push('a read-only replica: it may lag behind the primary');
    return {
      server: `postgres ${version!.split(' ')[0]}`,
      url: this.#url,
      now: Number(now),
      roundTrip,
      remarks,
    };
  }

  async sweep(): Promise<number> {
    const removed = await this.#rows.sweep();
    return removed + (await this.#documents.sweep()) + (await this.#usage.sweep());
  }

  async close(): Promise<void> {
    await this.#news.close();
    await this.#topics.close();
    await this.#server.connections.close();
  }
}
