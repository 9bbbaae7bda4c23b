import type {Rows, StoredRow} from '../../store/port.ts';
import {isSameRow} from '../../store/same-row.ts';
import type {IntendedChange, KeptRow} from './apply-changes.ts';
import type {ChangeJob} from './change-job.ts';
import {FirstRows} from './first-rows.ts';
import {inBatches} from './in-batches.ts';
import type {ReadRowFile} from './read-row-file.ts';
import type {ChangeLine} from './row-change-line.ts';

export interface UndoOptions {
  readonly store: Rows;
  /** As it was named. */
  readonly path: string;
  /** The store's clock, µs: rows that would have expired by now do not come back. */
  readonly now: number;
  /** What happens to a row that has state of its own since: it stays and is named, or is replaced. */
  readonly inUse: 'leave' | 'replace';
}

/** Rows that are named. */
const NAMED = 1_000;

/** Brings back what a receipt says was there, where the store still is as the receipt's run left it. */
export const undoJob = (receipt: ReadRowFile, options: UndoOptions): ChangeJob => {
  const {path, inUse} = options;
  return {
    action: 'undo',
    selector: `--undo ${path}`,
    reach: receipt.rows === 1 ? 'one' : 'many',
    onDrift: inUse === 'leave' ? 'leave' : 'insist',
    async preview() {
      const first = new FirstRows();
      const kept: KeptRow[] = [];
      let [keptCount, already, expired] = [0, 0, 0];
      for await (const batch of sortedOut(receipt, options)) {
        for (const {address, before, after} of batch.changes) {
          const row = after ?? before;
          if (row !== undefined) first.add({address, ...row});
        }
        already += batch.already;
        expired += batch.expired;
        keptCount += batch.kept.length;
        kept.push(...batch.kept.slice(0, NAMED - kept.length));
      }
      const notes =
        receipt.tail === 'cut' || receipt.end?.done !== true
          ? ['the run that wrote the receipt did not come to its end; what it did is undone']
          : [];
      return {keys: first.count, shown: first.rows, keptCount, kept, already, expired, notes};
    },
    async *batches() {
      for await (const {changes} of sortedOut(receipt, options)) yield changes;
    },
  };
};

interface Sorted {
  readonly changes: readonly IntendedChange[];
  readonly kept: readonly KeptRow[];
  /** Rows that are as they were before the receipt's run already. */
  readonly already: number;
  /** Rows that would be forgotten by now. */
  readonly expired: number;
}

/** Goes through a receipt and the store side by side; reads only. */
async function* sortedOut(receipt: ReadRowFile, options: UndoOptions): AsyncGenerator<Sorted> {
  for (const lines of inBatches(receipt.changes())) {
    const rows = await options.store.read(lines.map(({address}) => address));
    yield sortOut(lines, rows, options);
  }
}

const sortOut = (
  lines: readonly ChangeLine[],
  rows: readonly (StoredRow | undefined)[],
  {now, inUse}: UndoOptions,
): Sorted => {
  const changes: IntendedChange[] = [];
  const kept: KeptRow[] = [];
  let [already, expired] = [0, 0];
  lines.forEach(({address, before, after}, i) => {
    const present = rows[i];
    if (isSameRow(present, before)) already++;
    else if (before !== undefined && before.expiresAt <= now) expired++;
    else if (isSameRow(present, after) || inUse === 'replace')
      changes.push({address, before: present, after: before});
    else kept.push({address, why: 'in use'});
  });
  return {changes, kept, already, expired};
};
