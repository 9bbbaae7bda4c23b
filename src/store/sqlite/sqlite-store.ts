import type {Check, CheckAnswer, RowAddress} from '../../engine/live/check.ts';
import {CheckDecider} from '../../engine/live/check-decider.ts';
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
import {wholeCount} from '../whole-count.ts';
import {CallRows} from './call-rows.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import {getDocument, listDocuments, putDocument, removeDocument, sweepDocuments} from './sqlite-documents.ts';
import type {SqliteHandle} from './sqlite-handle.ts';
import {appendEntries, latestEntries} from './sqlite-journals.ts';
import {SqliteNews} from './sqlite-news.ts';
import {drainItems, listItems, queueFacts} from './sqlite-queue-views.ts';
import {claimItems, enqueueItems, extendClaim, settleClaim} from './sqlite-queues.ts';
import {changeRows, loadRow, readRows, releaseLeases, saveRow, scanRows, sweepRows} from './sqlite-rows.ts';
import {SqliteTopics} from './sqlite-topics.ts';
import {forgetHotKeys, hotKeys, mostDeniedKeys, recordUsage, sweepUsage, usageSlots} from './sqlite-usage.ts';

const PAGE = 500;
/** A clock that is further from the machine's time of day is worth a remark, µs. */
const NOTABLE = 1_000_000;

/** State in a file that the processes of one machine share. Decided here, with the engine itself, in one transaction per call. */
export class SqliteStore implements Store {
  readonly #access: SqliteAccess;
  readonly #slack: number;
  readonly #decider = new CheckDecider();
  readonly #news: SqliteNews;
  readonly #topics: SqliteTopics;

  constructor(access: SqliteAccess, slack: number) {
    this.#access = access;
    this.#news = new SqliteNews(() => this.generation());
    this.#topics = new SqliteTopics(access);
    this.#slack = slack;
  }

  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    // Nothing is kept of checks without layers, or none at all.
    if (checks.every(({layers}) => layers.length === 0))
      return this.#access.read((_, now) => checks.map(() => ({now, verdicts: []})));
    return this.#access.write((handle, now) => this.#decide(handle, checks, now));
  }

  #decide(handle: SqliteHandle, checks: readonly Check[], now: number): readonly CheckAnswer[] {
    const rows = new CallRows((address) => loadRow(handle, address, now));
    try {
      const answers = checks.map((check) => this.#decideOne(check, rows, now));
      for (const row of rows.charged) saveRow(handle, row.address, row.snapshot());
      return answers;
    } finally {
      rows.free();
    }
  }

  #decideOne(check: Check, rows: CallRows, now: number): CheckAnswer {
    const borrowed = check.layers.map((layer) => rows.borrow(layer));
    const answer = this.#decider.decide(check, borrowed, now);
    borrowed.forEach((row, i) => {
      if (!this.#decider.charged[i]) return;
      row.expiresAt += this.#slack;
      rows.keep(row);
    });
    return answer;
  }

  release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    return releaseLeases(this.#access, address, {fencingToken, count});
  }

  read(addresses: readonly RowAddress[]): Promise<readonly (StoredRow | undefined)[]> {
    return readRows(this.#access, addresses);
  }

  scan(selection: RowSelection, pageSize = PAGE): AsyncIterable<RowPage> {
    return scanRows(this.#access, selection, pageSize);
  }

  change(changes: readonly RowChange[]): Promise<readonly RowChanged[]> {
    return changeRows(this.#access, changes);
  }

  get(kind: string, id: string): Promise<StoredDocument | undefined> {
    return getDocument(this.#access, kind, id);
  }

  list(kind: string): Promise<readonly StoredDocument[]> {
    return listDocuments(this.#access, kind);
  }

  put(
    kind: string,
    id: string,
    value: unknown,
    options: PutOptions = {},
  ): Promise<StoredDocument | undefined> {
    return putDocument(this.#access, kind, id, value, options);
  }

  remove(kind: string, id: string, ifVersion?: number): Promise<boolean> {
    return removeDocument(this.#access, kind, id, ifVersion);
  }

  append(journal: string, values: readonly unknown[]): Promise<void> {
    return appendEntries(this.#access, journal, values);
  }

  latest(journal: string, count: number, since = 0): Promise<readonly JournalEntry[]> {
    return latestEntries(this.#access, journal, wholeCount(count), since);
  }

  record(delta: UsageDelta): Promise<void> {
    return recordUsage(this.#access, delta);
  }

  hot(count: number): Promise<readonly HotKey[]> {
    return hotKeys(this.#access, wholeCount(count));
  }

  slots(from: number, until: number, width?: SlotWidth): AsyncIterable<UsageSlot> {
    return usageSlots(this.#access, from, until, width);
  }

  mostDenied(from: number, until: number, count: number, span?: DeniedSpan): Promise<readonly DeniedKey[]> {
    return mostDeniedKeys(this.#access, from, until, wholeCount(count), span);
  }

  forget(addresses: readonly RowAddress[]): Promise<void> {
    return forgetHotKeys(this.#access, addresses);
  }

  enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    return enqueueItems(this.#access, queue, items);
  }

  claim(queue: string, options: ClaimOptions): Promise<readonly ClaimedItem[]> {
    return claimItems(this.#access, queue, {...options, count: wholeCount(options.count)});
  }

  extend(queue: string, claim: ClaimKey, leaseFor: number): Promise<boolean> {
    return extendClaim(this.#access, queue, claim, leaseFor);
  }

  settle(queue: string, claim: ClaimKey, settlement: QueueSettlement): Promise<boolean> {
    return settleClaim(this.#access, queue, claim, settlement);
  }

  queues(): Promise<readonly QueueFacts[]> {
    return queueFacts(this.#access);
  }

  items(queue: string, state: QueueState, count: number): Promise<readonly QueueItem[]> {
    return listItems(this.#access, queue, state, wholeCount(count));
  }

  drain(queue: string, state: 'waiting' | 'dead', count = DRAINED_AT_ONCE): Promise<readonly QueueItem[]> {
    return drainItems(this.#access, queue, state, wholeCount(count));
  }

  listen(onNews: () => void, topic?: string): Promise<() => Promise<void>> {
    return topic === undefined ? this.#news.listen(onNews) : this.#topics.listen(topic, onNews);
  }

  notify(topic: string): Promise<void> {
    return this.#topics.notify(topic);
  }

  now(): Promise<number> {
    return this.#access.read((_, now) => now);
  }

  generation(): Promise<number> {
    return this.#access.read((handle) =>
      handle.number(`SELECT value FROM counters WHERE name = 'generation'`),
    );
  }

  async announce(): Promise<void> {
    await this.#access.write((handle) =>
      handle.run(
        `INSERT INTO counters (name, value) VALUES ('generation', 1)
         ON CONFLICT DO UPDATE SET value = value + 1`,
      ),
    );
  }

  async facts(): Promise<StoreFacts> {
    const start = process.hrtime.bigint();
    const {version, journal, now} = await this.#access.read((handle, now) => ({
      version: String(handle.get('SELECT sqlite_version()')?.[0]),
      journal: String(handle.get('PRAGMA journal_mode')?.[0]),
      now,
    }));
    const ahead = now - Date.now() * 1_000;
    return {
      server: `sqlite ${version}`,
      url: this.#access.url,
      now,
      roundTrip: Math.ceil(Number(process.hrtime.bigint() - start) / 1_000),
      remarks: [
        ...(journal === 'wal' || this.#access.mode === 'read'
          ? []
          : [`journal mode ${journal} in place of WAL: readers and writers wait for each other`]),
        ...(Math.abs(ahead) < NOTABLE
          ? []
          : [
              `its clock is ${Math.abs(ahead / 1e6).toFixed(0)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's time of day`,
            ]),
      ],
    };
  }

  async sweep(): Promise<number> {
    await sweepUsage(this.#access);
    return (await sweepDocuments(this.#access)) + (await sweepRows(this.#access));
  }

  async close(): Promise<void> {
    this.#news.close();
    this.#topics.close();
    this.#access.close();
  }
}
