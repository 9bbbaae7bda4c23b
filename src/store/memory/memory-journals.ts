import type {JournalEntry} from '../port.ts';

/** Entries that are kept at least; twice as many are there before the oldest go. */
const KEPT = 10_000;

type Kept = Omit<JournalEntry, 'value'> & {readonly json: string};

export class MemoryJournals {
  readonly #journals = new Map<string, Kept[]>();
  #last = 0;

  append(journal: string, values: readonly unknown[], now: number): void {
    const entries = this.#journals.get(journal) ?? [];
    this.#journals.set(journal, entries);
    for (const value of values)
      entries.push({id: String(++this.#last).padStart(16, '0'), at: now, json: JSON.stringify(value)});
    if (entries.length >= 2 * KEPT) entries.splice(0, entries.length - KEPT);
  }

  latest(journal: string, count: number, since: number): readonly JournalEntry[] {
    const entries = this.#journals.get(journal) ?? [];
    const found: JournalEntry[] = [];
    for (let i = entries.length - 1; i >= 0 && found.length < count; i--) {
      const {json, ...entry} = entries[i]!;
      if (entry.at < since) break;
      found.push({...entry, value: JSON.parse(json)});
    }
    return found;
  }
}
