import {existsSync, rmdirSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import type {PostgresTarget, RedisTarget, StoreOptions, StoreTarget} from '../store-target.ts';
import {SCRATCH_FILE, SCRATCH_PREFIX, SCRATCH_SCHEMA} from './scratch-place.ts';

type Options = Required<Pick<StoreOptions, 'timeoutMs'>>;

/** Keys in one command: short enough for a server that others use. */
const AT_ONCE = 500;

/** Removes all that is in a place of `scratchPlace`, and nothing else. Rejects with a `StoreError` when the store cannot be used. */
export const removeScratch = async (target: StoreTarget, options: Options): Promise<void> => {
  switch (target.kind) {
    case 'memory':
      return;
    case 'sqlite':
      return removeScratchFile(target.path);
    case 'redis':
      return removeKeys(target, options);
    case 'postgres':
      return removeSchema(target, options);
  }
};

/** The file, those that SQLite keeps beside it, and the folder when nothing else is in it. */
export const removeScratchFile = (path: string): void => {
  insist(SCRATCH_FILE.test(path));
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${ending}`, {force: true});
};

/** For a folder that was made for the file: removed unless something is in it. */
export const removeEmptyFolder = (path: string): void => {
  try {
    if (existsSync(dirname(path))) rmdirSync(dirname(path));
  } catch {
    // Somebody else has something in it.
  }
};

const removeKeys = async (target: RedisTarget, {timeoutMs}: Options): Promise<void> => {
  const prefix = target.parameters.get('prefix') ?? '';
  insist(SCRATCH_PREFIX.test(prefix));
  const {RedisConnection} = await import('../redis/redis-connection.ts');
  const connection = await RedisConnection.open(target, {access: 'write', timeoutMs});
  try {
    for (const server of connection.primaries()) {
      let cursor = '0';
      do {
        const scanned = await connection.many(
          [['scan', cursor, 'match', `${prefix}*`, 'count', AT_ONCE]],
          server,
        );
        if (scanned[0] instanceof Error) throw connection.failure(scanned[0]);
        const [next, names] = scanned[0] as [Buffer, Buffer[]];
        // One by one: in a Cluster keys of one command must be in one slot.
        const removed = await connection.many(
          names.map((name) => ['del', name]),
          server,
        );
        const failed = removed.find((answer) => answer instanceof Error);
        if (failed !== undefined) throw connection.failure(failed);
        cursor = String(next);
      } while (cursor !== '0');
    }
  } finally {
    await connection.close();
  }
};

const removeSchema = async (target: PostgresTarget, {timeoutMs}: Options): Promise<void> => {
  const schema = target.parameters.get('schema') ?? '';
  insist(SCRATCH_SCHEMA.test(schema));
  const {singleConnection} = await import('../postgres/single-connection.ts');
  const connections = singleConnection(target, {access: 'write', timeoutMs});
  try {
    // Its functions and tables are many objects: a few MB of locks are no reason for another way.
    await connections.query({name: '', text: `drop schema if exists "${schema}" cascade`});
  } finally {
    await connections.close();
  }
};

const insist = (isOurs: boolean): void => {
  if (!isOurs) throw new RangeError('only a place of scratchPlace is removed');
};
