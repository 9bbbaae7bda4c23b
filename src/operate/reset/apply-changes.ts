import type {RowAddress} from '../../engine/live/check.ts';
import type {RowChanged, Store, StoredRow} from '../../store/port.ts';
import {isSameRow} from '../../store/same-row.ts';
import type {KeyRules} from '../key-rules.ts';
import {listRestored} from './list-restored.ts';
import type {RowState} from './row-change-line.ts';
import type {RowFile} from './row-file.ts';

/** One row and what it shall become. */
export interface IntendedChange {
  readonly address: RowAddress;
  /** As it was read; undefined: there was none. */
  readonly before: RowState | undefined;
  readonly after: RowState | undefined;
}

/** A row that is not as it was meant to be. */
export interface KeptRow {
  readonly address: RowAddress;
  /**
   * `changed`: somebody changed it meanwhile, and it stayed. `in use`: it has state of its own since. `unknown`: the store
   * failed before it answered.
   */
  readonly why: 'changed' | 'in use' | 'unknown';
}

export interface ApplyOptions {
  readonly store: Store;
  /** Every change is on the disk before it is made. */
  readonly receipt: RowFile;
  /**
   * What happens to a row that somebody changes meanwhile: `insist` reads it again and at last changes whatever is there;
   * `leave` leaves it alone and names it.
   */
  readonly onDrift: 'insist' | 'leave';
  /** By which it is judged which of the rows that come back `status` lists at once; undefined: none. */
  readonly rules?: KeyRules | undefined;
  /** Told after each batch how many rows were changed so far. */
  readonly progress: (keys: number) => void;
}

export interface Applied {
  /** Rows changed. */
  readonly keys: number;
  /** How many stayed as they were although they should have changed, … */
  readonly keptCount: number;
  /** … the first of them. */
  readonly kept: readonly KeptRow[];
  /** What the store, or the receipt, said when it ended the run; undefined: everything was gone through. */
  readonly failure: unknown;
}

/** How often a row is read again before it is changed whatever it is. */
const ROUNDS = 5;
/** Rows that are named; the receipt has all. */
const NAMED = 1_000;
/** Running limiters hear of it after so many batches, and at the end. */
const ANNOUNCE_EVERY = 20;

/**
 * Changes rows batch by batch. Before a batch is changed its lines are on the disk, so that a run that is killed at any
 * instant leaves a receipt of all it did. A failure of the store, or of the receipt's disk, ends the run; what was done stays
 * done, and is answered.
 * Throws what the store said when nothing is known to be changed; without a receipt when nothing was tried yet.
 */
export const applyChanges = async (
  batches: AsyncIterable<readonly IntendedChange[]>,
  options: ApplyOptions,
): Promise<Applied> => new Run(options).through(batches);

class Run {
  readonly #options: ApplyOptions;
  #keys = 0;
  #keptCount = 0;
  readonly #kept: KeptRow[] = [];
  /** What the batch changed, … */
  #changed: RowAddress[] = [];
  /** … and those of it that came back. */
  #restored: StoredRow[] = [];
  #tried: 'nothing' | 'some' = 'nothing';

  constructor(options: ApplyOptions) {
    this.#options = options;
  }

  async through(batches: AsyncIterable<readonly IntendedChange[]>): Promise<Applied> {
    const {store, progress} = this.#options;
    let failure: unknown;
    let number = 0;
    try {
      for await (const batch of batches) {
        if (batch.length === 0) continue;
        await this.#apply(batch);
        await this.#tellIndex();
        if (++number % ANNOUNCE_EVERY === 0) await store.announce();
        progress(this.#keys);
      }
      await store.announce();
    } catch (error) {
      if (this.#tried === 'nothing') {
        this.#options.receipt.discard();
        throw error;
      }
      failure = error;
      // The applications should hear of what was done; the store may be back.
      await store.announce().catch(() => undefined);
    }
    try {
      this.#finish(failure);
    } catch (error) {
      // What was done stays done, and has to be answered: a receipt without its end is as one of a run that was killed.
      failure ??= error;
    }
    if (failure !== undefined && this.#keys === 0) throw failure;
    return {keys: this.#keys, keptCount: this.#keptCount, kept: this.#kept, failure};
  }

  /** Refusals that were counted are of what was there before. */
  async #tellIndex(): Promise<void> {
    const {store, rules} = this.#options;
    if (this.#changed.length > 0) await store.forget(this.#changed);
    if (rules !== undefined && this.#restored.length > 0)
      await listRestored(store, rules, this.#restored, await store.now());
    this.#changed = [];
    this.#restored = [];
  }

  #finish(failure: unknown): void {
    const {receipt} = this.#options;
    receipt.add({kind: 'end', done: failure === undefined, keys: this.#keys, failed: this.#keptCount});
    receipt.close();
  }

  async #apply(batch: readonly IntendedChange[]): Promise<void> {
    const {onDrift} = this.#options;
    let open = batch;
    for (let round = 0; open.length > 0; round++) {
      const last = onDrift === 'insist' && round >= ROUNDS;
      const answers = await this.#attempt(open, round === 0 ? 'first' : 'again', last);
      const again: IntendedChange[] = [];
      open.forEach((change, i) => {
        const {outcome, before} = answers[i]!;
        if (outcome === 'done') this.#done(change, last ? before : change.before);
        else if (isSameRow(before, change.after)) this.#keep(change, 'gone');
        else if (onDrift === 'insist') again.push({...change, before});
        else this.#keep(change, 'changed');
      });
      open = again;
    }
  }

  async #attempt(
    changes: readonly IntendedChange[],
    turn: 'first' | 'again',
    whatever: boolean,
  ): Promise<readonly RowChanged[]> {
    const {store, receipt} = this.#options;
    for (const change of changes) receipt.add({kind: 'change', ...change, turn});
    receipt.flush();
    this.#tried = 'some';
    try {
      return await store.change(
        changes.map(({address, before, after}) => ({
          address,
          expected: whatever ? 'any' : before && {address, ...before},
          next: after,
        })),
      );
    } catch (error) {
      // Some of them may have been changed: the receipt has them all, and undo looks at what is there.
      for (const {address} of changes) this.#name(address, 'unknown');
      throw error;
    }
  }

  #done(change: IntendedChange, before: RowState | undefined): void {
    this.#keys++;
    this.#changed.push(change.address);
    if (change.after !== undefined) this.#restored.push({address: change.address, ...change.after});
    if (!isSameRow(before, change.before))
      this.#options.receipt.add({kind: 'change', ...change, before, turn: 'again'});
  }

  /** Nothing came of it: undo is not to touch the row. */
  #keep({address}: IntendedChange, why: 'changed' | 'gone'): void {
    this.#options.receipt.add({kind: 'kept', address, why});
    if (why === 'changed') this.#name(address, why);
  }

  #name(address: RowAddress, why: KeptRow['why']): void {
    this.#keptCount++;
    if (this.#kept.length < NAMED) this.#kept.push({address, why});
  }
}
