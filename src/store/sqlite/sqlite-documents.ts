import type {PutOptions, StoredDocument} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import {type SqliteHandle, type SqlRow, textOfBlob} from './sqlite-handle.ts';

const COLUMNS = 'CAST(id AS BLOB), version, expires_at, value';

export const getDocument = (
  access: SqliteAccess,
  kind: string,
  id: string,
): Promise<StoredDocument | undefined> => access.read((handle, now) => find(handle, kind, id, now));

export const listDocuments = (access: SqliteAccess, kind: string): Promise<readonly StoredDocument[]> =>
  access.read((handle, now) =>
    handle
      .all(`SELECT ${COLUMNS} FROM documents WHERE kind = ? AND expires_at > ? ORDER BY id`, kind, now)
      .map(documentOf),
  );

export const putDocument = async (
  access: SqliteAccess,
  kind: string,
  id: string,
  value: unknown,
  {expiresAt = Number.POSITIVE_INFINITY, ifVersion}: PutOptions,
): Promise<StoredDocument | undefined> => {
  const json = JSON.stringify(value);
  return access.write((handle, now) => {
    const version = find(handle, kind, id, now)?.version ?? 0;
    if (ifVersion !== undefined && ifVersion !== version) return undefined;
    handle.run(
      'INSERT OR REPLACE INTO documents (kind, id, version, expires_at, value) VALUES (?, ?, ?, ?, ?)',
      kind,
      id,
      version + 1,
      expiresAt,
      json,
    );
    return {id, version: version + 1, expiresAt, value: JSON.parse(json)};
  });
};

export const removeDocument = (
  access: SqliteAccess,
  kind: string,
  id: string,
  ifVersion: number | undefined,
): Promise<boolean> =>
  access.write((handle, now) => {
    const version = find(handle, kind, id, now)?.version;
    if (version === undefined || (ifVersion !== undefined && ifVersion !== version)) return false;
    handle.run('DELETE FROM documents WHERE kind = ? AND id = ?', kind, id);
    return true;
  });

export const sweepDocuments = (access: SqliteAccess): Promise<number> =>
  access.write((handle, now) => handle.run('DELETE FROM documents WHERE expires_at <= ?', now));

const find = (handle: SqliteHandle, kind: string, id: string, now: number): StoredDocument | undefined => {
  const row = handle.get(
    `SELECT ${COLUMNS} FROM documents WHERE kind = ? AND id = ? AND expires_at > ?`,
    kind,
    id,
    now,
  );
  return row && documentOf(row);
};

const documentOf = (row: SqlRow): StoredDocument => {
  const [id, version, expiresAt, json] = row as readonly [Uint8Array, number, number, string];
  return {id: textOfBlob(id), version, expiresAt, value: storedJson(json)};
};
