import type {JournalEntry} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import type {SqliteAccess} from './sqlite-access.ts';

/** Entries that are kept of a journal. */
const KEPT = 10_000;

export const appendEntries = (
  access: SqliteAccess,
  journal: string,
  values: readonly unknown[],
): Promise<void> =>
  access.write((handle, now) => {
    let last = handle.number('SELECT max(number) FROM journal_entries WHERE journal = ?', journal);
    for (const value of values) {
      handle.run(
        'INSERT INTO journal_entries (journal, number, at, value) VALUES (?, ?, ?, ?)',
        journal,
        ++last,
        now,
        JSON.stringify(value),
      );
    }
    handle.run('DELETE FROM journal_entries WHERE journal = ? AND number <= ?', journal, last - KEPT);
  });

export const latestEntries = (
  access: SqliteAccess,
  journal: string,
  count: number,
  since: number,
): Promise<readonly JournalEntry[]> =>
  access.read((handle) =>
    handle
      .all(
        `SELECT number, at, value FROM journal_entries
         WHERE journal = ? AND at >= ? ORDER BY number DESC LIMIT ?`,
        journal,
        since,
        count,
      )
      .map((row) => {
        const [number, at, json] = row as readonly [number, number, string];
        return {id: String(number).padStart(16, '0'), at, value: storedJson(json)};
      }),
  );
