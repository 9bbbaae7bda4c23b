import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {onTestFinished} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import {type Applied, applyChanges} from '../../../src/operate/reset/apply-changes.ts';
import type {ChangeJob} from '../../../src/operate/reset/change-job.ts';
import {type ReadRowFile, readRowFile} from '../../../src/operate/reset/read-row-file.ts';
import {RowFile} from '../../../src/operate/reset/row-file.ts';
import {RECEIPT_SCHEMA, type RowFileHeader} from '../../../src/operate/reset/row-file-header.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {RowChange, RowChanged, Store, StoredRow} from '../../../src/store/port.ts';

export const NOW = 1_767_614_400_000_000;
const HOUR = 3_600_000_000;

export const HEADER: RowFileHeader = {
  schema: RECEIPT_SCHEMA,
  action: 'reset',
  context: null,
  store: 'memory:',
  selector: '--all',
  by: 'ada',
  host: 'build-7',
  why: 'a test',
  at: '2026-01-05T12:00:00.000Z',
};

/** Keys that something between us and a store may take for something else. */
export const HOSTILE_KEYS: readonly string[] = [
  '*',
  '?',
  '[ab]',
  '{}',
  '{tag}',
  '\\',
  '\\*',
  'a',
  'ab',
  'a*',
  'a b',
  ' a',
  'a\nb',
  'a\r\n',
  '\u001b[2Ja',
  '\u202ea',
  'a/b',
  '/',
  '//',
  "a'b",
  'a"b',
  'a%b',
  'a_b',
  'a:b',
  '__proto__',
  '1e5',
  '\u{1f600}',
  'ä',
  'a\u0308',
  'x'.repeat(65_536),
];

/** A row of a GCRA limit. */
export const rowOf = (address: RowAddress, word: number, expiresAt = NOW + HOUR): StoredRow => ({
  address,
  words: [word, 0],
  expiresAt,
});

export const addressOf = (limit: string, key: string, tier = ''): RowAddress => ({
  limit,
  key,
  tier,
  shape: 'g',
});

/** A store whose clock stands still. */
export const memoryStore = (now: () => number = () => NOW): MemoryStore =>
  new MemoryStore({access: 'write', clock: now});

export const fill = async (store: Store, rows: readonly StoredRow[]): Promise<void> => {
  for (let i = 0; i < rows.length; i += 500)
    await store.change(
      rows.slice(i, i + 500).map((row) => ({address: row.address, expected: 'any', next: row})),
    );
};

/** Everything in a store: by address, in a fixed order. */
export const contentOf = async (store: Store): Promise<ReadonlyMap<string, string>> => {
  const found: [string, string][] = [];
  for await (const {rows} of store.scan({keys: {kind: 'all'}}))
    for (const {address, words} of rows)
      found.push([
        JSON.stringify([address.limit, address.key, address.tier]),
        JSON.stringify([address.shape, words]),
      ]);
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** A folder that goes with the test. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'ratectl-reset-'));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  return path;
};

/** Does a job with its receipt at `path`. */
export const perform = (job: ChangeJob, store: Store, path: string): Promise<Applied> =>
  applyChanges(job.batches(), {
    store,
    receipt: RowFile.create(path, resolve, {...HEADER, action: job.action, selector: job.selector}),
    onDrift: job.onDrift,
    progress: () => undefined,
  });

export const receiptAt = (path: string): ReadRowFile => readRowFile(path, path, RECEIPT_SCHEMA);

/** The store with another `change`. */
export const withChange = (
  store: Store,
  change: (changes: readonly RowChange[]) => Promise<readonly RowChanged[]>,
): Store =>
  new Proxy(store, {
    get(target, name) {
      if (name === 'change') return change;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
