import {StoreError} from '../store-error.ts';
import type {SqliteHandle} from './sqlite-handle.ts';

/** `PRAGMA application_id` of our files: "rctl". */
const APPLICATION_ID = 0x7263746c;

/**
 * The n-th brings a file of version n to version n + 1 (`PRAGMA user_version`); never changed, only added to. Instants are µs.
 * Keys and ids are TEXT compared byte by byte, so that NUL and the like are exact; `words` are little-endian doubles.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE limit_state (
    limit_name TEXT NOT NULL, key TEXT NOT NULL, tier TEXT NOT NULL,
    shape TEXT NOT NULL, words BLOB NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (limit_name, key, tier, shape)
  ) WITHOUT ROWID;
  CREATE TABLE documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, expires_at REAL NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE TABLE journal_entries (
    journal TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (journal, number)
  ) WITHOUT ROWID;
  CREATE TABLE usage_minutes (
    at REAL NOT NULL, limit_name TEXT NOT NULL,
    allowed INTEGER NOT NULL, denied INTEGER NOT NULL, shadow_denied INTEGER NOT NULL,
    PRIMARY KEY (at, limit_name)
  ) WITHOUT ROWID;
  CREATE TABLE usage_hours (
    at REAL NOT NULL, limit_name TEXT NOT NULL,
    allowed INTEGER NOT NULL, denied INTEGER NOT NULL, shadow_denied INTEGER NOT NULL,
    PRIMARY KEY (at, limit_name)
  ) WITHOUT ROWID;
  CREATE TABLE denied_by_hour (
    at REAL NOT NULL, limit_name TEXT NOT NULL, key TEXT NOT NULL, tier TEXT NOT NULL, shape TEXT NOT NULL,
    denied INTEGER NOT NULL,
    PRIMARY KEY (at, limit_name, key, tier, shape)
  ) WITHOUT ROWID;
  CREATE TABLE denied_by_day (
    at REAL NOT NULL, limit_name TEXT NOT NULL, key TEXT NOT NULL, tier TEXT NOT NULL, shape TEXT NOT NULL,
    denied INTEGER NOT NULL,
    PRIMARY KEY (at, limit_name, key, tier, shape)
  ) WITHOUT ROWID;
  CREATE TABLE hot_keys (
    limit_name TEXT NOT NULL, key TEXT NOT NULL, tier TEXT NOT NULL, shape TEXT NOT NULL,
    shadow INTEGER NOT NULL, until REAL NOT NULL,
    minute REAL NOT NULL, current INTEGER NOT NULL, previous INTEGER NOT NULL,
    PRIMARY KEY (limit_name, key, tier, shape)
  ) WITHOUT ROWID;
  CREATE INDEX hot_keys_by_until ON hot_keys (until);
  CREATE TABLE queues (
    queue TEXT PRIMARY KEY, last_id INTEGER NOT NULL, last_token INTEGER NOT NULL, held INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE queue_items (
    queue TEXT NOT NULL, id INTEGER NOT NULL, state INTEGER NOT NULL, class TEXT NOT NULL, rank REAL NOT NULL,
    not_before REAL NOT NULL, enqueued_at REAL NOT NULL, attempts INTEGER NOT NULL, error TEXT NOT NULL,
    leased_until REAL NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (queue, id)
  ) WITHOUT ROWID;
  CREATE INDEX queue_items_due ON queue_items (queue, rank, id) WHERE state = 1;
  CREATE INDEX queue_items_later ON queue_items (queue, not_before) WHERE state = 0;
  CREATE INDEX queue_items_claimed ON queue_items (queue, leased_until) WHERE state = 2;
  CREATE INDEX queue_items_dead ON queue_items (queue, number) WHERE state = 3;
  CREATE INDEX queue_items_waiting ON queue_items (queue, class, enqueued_at, state) WHERE state < 2;
  CREATE TABLE queue_payloads (
    queue TEXT NOT NULL, id INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (queue, id)
  ) WITHOUT ROWID;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE clock_anchors (
    boot TEXT PRIMARY KEY, ahead REAL NOT NULL, monotonic REAL NOT NULL, reserved REAL NOT NULL
  ) WITHOUT ROWID;
  `,
];

const CURRENT = MIGRATIONS.length;

/** The version of the files that this ratectl writes. */
export const NEWEST_SCHEMA = CURRENT;

/** The version of a state file, 0 of an empty one; throws when it is a database of another program. */
export const schemaVersion = (handle: SqliteHandle, url: string): number => {
  const id = handle.number('PRAGMA application_id');
  const version = handle.number('PRAGMA user_version');
  if (id === APPLICATION_ID) return version;
  if (id === 0 && version === 0 && handle.number('SELECT count(*) FROM sqlite_schema') === 0) return 0;
  throw new StoreError('the file is a database of another program', {
    kind: 'wrong-database',
    url,
    hint: 'give the path of a state file, or of one that does not exist yet',
  });
};

/** `ours`: a state file of this version. `old`: one that has to be migrated, or nothing yet. Throws when it is neither. */
export const schemaState = (handle: SqliteHandle, url: string): 'ours' | 'old' => {
  const version = schemaVersion(handle, url);
  if (version > CURRENT)
    throw new StoreError(
      `the state file has version ${version}; this ratectl knows versions up to ${CURRENT}`,
      {kind: 'wrong-database', url, hint: 'use the newer ratectl that wrote it, or another file'},
    );
  return version === CURRENT ? 'ours' : 'old';
};

/** Inside a transaction that may write: another process may have been faster. */
export const migrate = (handle: SqliteHandle, url: string): void => {
  if (schemaState(handle, url) === 'ours') return;
  for (const migration of MIGRATIONS.slice(handle.number('PRAGMA user_version'))) handle.exec(migration);
  handle.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${CURRENT}`);
};
