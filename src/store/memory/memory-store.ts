import {setImmediate} from 'node:timers/promises';
import type {Check, CheckAnswer, RowAddress} from '../../engine/live/check.ts';
import {CheckDecider} from '../../engine/live/check-decider.ts';
import {machineClock, PROCESS_TIME} from '../machine-clock.ts';
import {NewsListeners} from '../news-listeners.ts';
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
import {type ClaimKey, type ClaimOptions, DRAINED_AT_ONCE, type QueueState} from '../queue-rules.ts';
import {storeClosed} from '../store-closed.ts';
import type {StoreOptions} from '../store-target.ts';
import {withoutLeases} from '../stored-leases.ts';
import {TopicListeners} from '../topic-listeners.ts';
import {wholeCount} from '../whole-count.ts';
import {MemoryDocuments} from './memory-documents.ts';
import {MemoryJournals} from './memory-journals.ts';
import {MemoryQueues} from './memory-queues.ts';
import {MemoryRows} from './memory-rows.ts';
import {MemoryUsage} from './memory-usage.ts';

export interface MemoryStoreOptions extends StoreOptions {
  /** Rows beyond which those that end soonest give way. @default 1,000,000 */
  readonly maxKeys?: number;
}

const URL = 'memory:';
const PAGE = 500;
const SLACK = 5_000_000;
/** Rows that are swept before others get their turn. */
const SWEPT_AT_ONCE = 10_000;

/**
 * State of one process, for tests, for programs that are alone, and for the time in which a shared store is lost. Calls are
 * decided before they return; promises are for the port's sake.
 */
export class MemoryStore implements Store {
  readonly #clock: (at?: number) => number;
  readonly #slack: number;
  readonly #decider = new CheckDecider();
  readonly #rows: MemoryRows;
  readonly #documents = new MemoryDocuments();
  readonly #journals = new MemoryJournals();
  readonly #usage = new MemoryUsage();
  readonly #queues = new MemoryQueues();
  readonly #listeners = new NewsListeners();
  readonly #topics = new TopicListeners();
  #generation = 0;
  #closed = false;

  constructor({clock = machineClock(PROCESS_TIME), slack = SLACK, maxKeys = 1_000_000}: MemoryStoreOptions) {
    this.#clock = clock;
    this.#slack = slack;
    this.#rows = new MemoryRows(maxKeys);
  }

  /** Whether `checkNow` can be asked of a store: not through what wraps one, which is to see every check. */
  static decidesAtOnce(store: Store): store is MemoryStore {
    return #rows in store;
  }

  async check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    const now = this.#now();
    return checks.map((check) => this.#decide(check, now));
  }

  /**
   * `check` of one, within the call: a promise takes longer than the decision. `at`: what `processClock` shows, when it was read.
   * Throws a StoreError when the store is closed.
   */
  checkNow(check: Check, at?: number): CheckAnswer {
    return this.#decide(check, this.#now(at));
  }

  #decide(check: Check, now: number): CheckAnswer {
    const {layers} = check;
    const rows = this.#rows.borrow(layers, now);
    const answer = this.#decider.decide(check, rows, now);
    for (let i = 0; i < layers.length; i++) {
      const row = rows[i]!;
      if (this.#decider.charged[i]) {
        row.expiresAt += this.#slack;
        this.#rows.keep(row, layers[i]!);
      } else row.giveBack();
    }
    this.#rows.makeRoom(now);
    return answer;
  }

  async release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    const now = this.#now();
    const row = this.#rows.read(address, now);
    if (row === undefined) return false;
    const words = withoutLeases(address.shape, row.words, {fencingToken, count, now});
    if (words === undefined) return false;
    this.#rows.change({address, expected: 'any', next: {...row, words}}, now);
    return true;
  }

  async read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    const now = this.#now();
    return addresses.map((address) => this.#rows.read(address, now));
  }

  async *scan(selection: RowSelection, pageSize = PAGE): AsyncGenerator<RowPage> {
    this.#now();
    for (const page of this.#rows.scan(selection, pageSize, () => this.#now())) yield page;
  }

  async change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    const now = this.#now();
    return changes.map((change) => this.#rows.change(change, now));
  }

  async get(kind: string, id: string): Promise<StoredDocument | undefined> {
    return this.#documents.get(kind, id, this.#now());
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    return this.#documents.list(kind, this.#now());
  }

  async put(
    kind: string,
    id: string,
    value: unknown,
    options: PutOptions = {},
  ): Promise<StoredDocument | undefined> {
    return this.#documents.put(kind, id, value, options, this.#now());
  }

  async remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    return this.#documents.remove(kind, id, ifVersion, this.#now());
  }

  async append(journal: string, values: readonly unknown[]): Promise<void> {
    this.#journals.append(journal, values, this.#now());
  }

  async latest(journal: string, count: number, since = 0): Promise<readonly JournalEntry[]> {
    this.#now();
    return this.#journals.latest(journal, wholeCount(count), since);
  }

  async record(delta: UsageDelta): Promise<void> {
    this.#usage.record(delta, this.#now());
  }

  async hot(count: number): Promise<readonly HotKey[]> {
    return this.#usage.hot(wholeCount(count), this.#now());
  }

  async *slots(from: number, until: number, width?: SlotWidth): AsyncGenerator<UsageSlot> {
    this.#now();
    yield* this.#usage.slots(from, until, width);
  }

  async mostDenied(
    from: number,
    until: number,
    count: number,
    span?: DeniedSpan,
  ): Promise<readonly DeniedKey[]> {
    this.#now();
    return this.#usage.mostDenied(from, until, wholeCount(count), span);
  }

  async forget(addresses: readonly RowAddress[]): Promise<void> {
    this.#now();
    this.#usage.forget(addresses);
  }

  async enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    return this.#queues.enqueue(queue, items, this.#now());
  }

  async claim(queue: string, options: ClaimOptions): Promise<readonly ClaimedItem[]> {
    return this.#queues.claim(queue, {...options, count: wholeCount(options.count)}, this.#now());
  }

  async extend(queue: string, claim: ClaimKey, leaseFor: number): Promise<boolean> {
    return this.#queues.extend(queue, claim, leaseFor, this.#now());
  }

  async settle(queue: string, claim: ClaimKey, settlement: QueueSettlement): Promise<boolean> {
    return this.#queues.settle(queue, claim, settlement, this.#now());
  }

  async queues(): Promise<readonly QueueFacts[]> {
    return this.#queues.facts(this.#now());
  }

  async items(queue: string, state: QueueState, count: number): Promise<readonly QueueItem[]> {
    this.#now();
    return this.#queues.items(queue, state, wholeCount(count));
  }

  async drain(
    queue: string,
    state: 'waiting' | 'dead',
    count = DRAINED_AT_ONCE,
  ): Promise<readonly QueueItem[]> {
    this.#now();
    return this.#queues.drain(queue, state, wholeCount(count));
  }

  async generation(): Promise<number> {
    this.#now();
    return this.#generation;
  }

  async announce(): Promise<void> {
    this.#now();
    this.#generation++;
    this.#listeners.tell();
  }

  async notify(topic: string): Promise<void> {
    this.#now();
    this.#topics.tell(topic);
  }

  async listen(onNews: () => void, topic?: string): Promise<() => Promise<void>> {
    this.#now();
    const stop = topic === undefined ? this.#listeners.add(onNews) : this.#topics.add(topic, onNews);
    return async () => stop();
  }

  async now(): Promise<number> {
    return this.#now();
  }

  async facts(): Promise<StoreFacts> {
    const now = this.#now();
    return {
      server: 'memory',
      url: URL,
      now,
      roundTrip: 0,
      remarks: ['in this process only, and gone when it ends'],
    };
  }

  async sweep(): Promise<number> {
    let removed = this.#documents.sweep(this.#now());
    this.#usage.sweep(this.#now());
    for (const forgotten of this.#rows.sweep(SWEPT_AT_ONCE, () => this.#now())) {
      removed += forgotten;
      await setImmediate();
    }
    return removed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    this.#topics.clear();
  }

  #now(at?: number): number {
    if (this.#closed) throw storeClosed(URL);
    return this.#clock(at);
  }
}
