import {setTimeout as sleep} from 'node:timers/promises';
import {mergeRecords} from '../engine/refresh/merge-records.ts';
import {notInFuture} from '../engine/refresh/record-changes.ts';
import {EMPTY_RECORD, type RefreshRecord} from '../engine/refresh/refresh-record.ts';
import type {Store, StoredDocument} from '../store/port.ts';
import {StoreError} from '../store/store-error.ts';
import {readTokenDocument, TOKEN_KIND, tokenDocument} from '../store/token-document.ts';
import {Elapsed} from './elapsed.ts';

export type RecordStore = Pick<Store, 'get' | 'put' | 'now'>;

/** A record as it was read. */
export interface KnownRecord {
  readonly record: RefreshRecord;
  /** The store's clock, not later than when it was read, µs. */
  readonly now: number;
}

/** What a change makes of a record: the next one, or none, and what to answer. */
export interface Change<T> {
  readonly record?: RefreshRecord | undefined;
  readonly answer: T;
}

export interface Changed<T> {
  readonly answer: T;
  /** Runs since before the store's clock was asked: what was granted until `now + x` is over when this says x. */
  readonly elapsed: Elapsed;
}

const ATTEMPTS = 100;
const LONGEST_PAUSE_MS = 40;

/**
 * The record of one provider, changed by compare-and-set: a change is decided again on what is there until it could be written.
 *
 * The latest revision that was seen is remembered: when the store has forgotten it (restarted without persistence, failed over to a
 * replica that was behind, restored from a backup) it is put back.
 */
export class TokenRecords {
  readonly provider: string;
  readonly #store: RecordStore;
  #remembered: RefreshRecord = EMPTY_RECORD;

  constructor(store: RecordStore, provider: string) {
    this.#store = store;
    this.provider = provider;
  }

  async read(): Promise<KnownRecord> {
    const elapsed = new Elapsed();
    const now = await this.#store.now();
    const {record} = this.#known(await this.#get(), now, elapsed);
    return {record, now};
  }

  /** `decide` may be asked several times; only the last answer counts, and it must not do anything else. */
  async change<T>(decide: (known: KnownRecord) => Change<T>): Promise<Changed<T>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const elapsed = new Elapsed();
      const now = await this.#store.now();
      const document = await this.#get();
      const {record, corrected} = this.#known(document, now, elapsed);
      const {record: changed, answer} = decide({record, now});
      const next = changed ?? (corrected ? record : undefined);
      if (next === undefined) return {answer, elapsed};
      const ifVersion = document?.version ?? 0;
      const put = await this.#store.put(TOKEN_KIND, this.provider, tokenDocument(next), {ifVersion});
      if (put !== undefined) {
        this.#remember(next);
        return {answer, elapsed};
      }
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new StoreError(`the record of provider "${this.provider}" is changed by others all the time`, {
      kind: 'server',
      url: 'the store',
      hint: 'look for processes that refresh without a pause: ratectl status',
    });
  }

  #get(): Promise<StoredDocument | undefined> {
    return this.#store.get(TOKEN_KIND, this.provider);
  }

  /** The record, and whether it is another than the store has. `elapsed` runs since before the store's clock showed `now`. */
  #known(
    document: StoredDocument | undefined,
    now: number,
    elapsed: Elapsed,
  ): {readonly record: RefreshRecord; readonly corrected: boolean} {
    const stored = this.#recordIn(document);
    const isBehind = stored.revision < this.#remembered.revision;
    const latest = isBehind ? mergeRecords(stored, this.#remembered) : stored;
    if (!isBehind) this.#remember(stored);
    // The record may be later than `now`, by what passed since the clock was asked.
    const record = notInFuture(latest, Math.ceil(now + elapsed.ms * 1_000));
    return {record, corrected: record !== stored};
  }

  #recordIn(document: StoredDocument | undefined): RefreshRecord {
    const stored = document === undefined ? EMPTY_RECORD : readTokenDocument(document.value);
    if (stored !== undefined) return stored;
    throw new StoreError(`what the store keeps for provider "${this.provider}" cannot be read`, {
      kind: 'foreign',
      url: 'the store',
      hint: 'was it written by a newer ratectl? update this one',
    });
  }

  #remember(record: RefreshRecord): void {
    if (record.revision >= this.#remembered.revision) this.#remembered = record;
  }
}
