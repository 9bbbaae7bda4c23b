import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import {basename, dirname, isAbsolute, join} from 'node:path';

const BUILD_FOLDER = /^[0-9a-f]{12}-v[0-9.]+-/;

/** What V8 made of the program in an earlier run of the same command. */
export interface CodeCache {
  /** `part`: a file of the program. */
  read(part: string): Buffer | undefined;
  /** Keeps it for the next run. A folder that cannot be written is no error: the next run compiles again. */
  write(part: string, data: Uint8Array): void;
}

/** Words that are no command share one cache, so that no input makes files without end. */
const nameOf = (first: string): string => (/^(?:__)?[a-z][a-z-]{1,20}$/.test(first) ? first : 'ratectl');

const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

const cacheHome = (env: NodeJS.ProcessEnv): string | undefined => {
  if (process.platform === 'win32') return absolute(env['LOCALAPPDATA']);
  const home = absolute(env['HOME']);
  return absolute(env['XDG_CACHE_HOME']) ?? (home === undefined ? undefined : join(home, '.cache'));
};

/** Whoever may write it decides what runs here: it has to be this user, and nobody else. */
const isOurs = ({uid, mode}: Stats): boolean =>
  process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o022) === 0);

const readIfOurs = (file: string): Buffer | undefined => {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return isOurs(fstatSync(fd)) ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

/** Other builds leave their folders behind; the two newest may still be in use. */
const removeOld = (home: string, own: string): void => {
  const others = readdirSync(home)
    .filter((name) => BUILD_FOLDER.test(name) && name !== own)
    .map((name) => ({path: join(home, name), at: statSync(join(home, name)).mtimeMs}))
    .sort((a, b) => b.at - a.at);
  for (const {path} of others.slice(2)) rmSync(path, {recursive: true, force: true});
};

const writeWhole = (folder: string, file: string, data: Uint8Array): void => {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    if (mkdirSync(folder, {recursive: true, mode: 0o700}) !== undefined)
      removeOld(dirname(folder), basename(folder));
    writeFileSync(aside, data, {mode: 0o600, flag: 'wx'});
    renameSync(aside, file);
  } catch {
    try {
      rmSync(aside, {force: true});
    } catch {
      // Nothing was written, or it can be removed no more than it could be written.
    }
  }
};

/**
 * The code cache of a command: beside the program when it was shipped with one for this very Node, else in the user's
 * cache folder. Undefined when caching is switched off (NODE_DISABLE_COMPILE_CACHE).
 */
export const openCodeCache = (build: string, first: string, beside: string): CodeCache | undefined => {
  const {env} = process;
  if ((env['NODE_DISABLE_COMPILE_CACHE'] ?? '') !== '') return undefined;
  const name = (part: string): string => `${nameOf(first)}-${part}.v8`;
  const shipped = (part: string): Buffer | undefined => readShipped(join(beside, 'code', name(part)));
  const home = cacheHome(env);
  if (home === undefined) return {read: shipped, write: () => undefined};
  const folder = join(home, 'ratectl', `${build}-${process.version}-${process.arch}`);
  return {
    read: (part) => shipped(part) ?? readIfOurs(join(folder, name(part))),
    write: (part, data) => writeWhole(folder, join(folder, name(part)), data),
  };
};

const readShipped = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};
