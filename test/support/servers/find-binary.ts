import {existsSync, readdirSync} from 'node:fs';
import {delimiter, join} from 'node:path';

const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/** Folders with server binaries: those of PATH, then Debian's for Postgres, newest first. */
const folders = (): string[] => {
  const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS) : [];
  return [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    ...versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(POSTGRES_VERSIONS, version, 'bin')),
  ];
};

/** Path of the first of these programs that is there. */
export const findBinary = (...names: readonly string[]): string | undefined => {
  const places = folders();
  for (const name of names) {
    const folder = places.find((place) => existsSync(join(place, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return undefined;
};
