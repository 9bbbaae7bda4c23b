import {statSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {SqliteHandle} from './sqlite-handle.ts';

/** For reading, whatever its version. A file that nobody writes is read as one that cannot change, so that no `-wal` is made beside it. */
export const openToLook = (path: string): SqliteHandle => {
  const location = pathToFileURL(path);
  if (statSync(`${path}-wal`, {throwIfNoEntry: false}) === undefined)
    location.searchParams.set('immutable', '1');
  return SqliteHandle.open(location, 'read');
};
