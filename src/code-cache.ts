import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
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
  /** Where Node may keep what it compiles itself; undefined where nothing can be kept. */
  readonly folder: string | undefined;
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

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Whoever may write it decides what runs here: it has to be this user, and nobody else. */
const isOurs = ({uid, mode}: Stats): boolean =>
  process.platform === 'win32' || (uid === process.getuid?.() && (mode & OTHERS_WRITE) === 0);

/** Whether nobody else can put something in the place of what is ours in this folder. In a sticky one (`/tmp`) names stay with their owner. */
const keepsOurs = ({uid, mode}: Stats): boolean =>
  process.platform === 'win32' ||
  ((uid === 0 || uid === process.getuid?.()) && ((mode & OTHERS_WRITE) === 0 || (mode & STICKY) !== 0));

/** Of the cache of this user, the folder of all builds and that of this one. A link could lead to what somebody else chose. */
const isSafe = (home: string, folder: string): boolean => {
  try {
    return (
      keepsOurs(statSync(home)) &&
      [dirname(folder), folder].every((path) => {
        const stats = lstatSync(path);
        return stats.isDirectory() && isOurs(stats);
      })
    );
  } catch {
    return false;
  }
};

const readIfOurs = (file: string): Buffer | undefined => {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    return isOurs(fstatSync(fd)) ? wholeOf(readFileSync(fd)) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

/**
 * Files hold everything twice: V8 looks at the head only, and damage behind it ends the process without a word, in each run
 * again. Two halves are compared faster than a checksum is made.
 */
const twice = (data: Uint8Array): Uint8Array => Buffer.concat([data, data]);

const wholeOf = (file: Buffer): Buffer | undefined => {
  const half = file.length / 2;
  const [data, again] = [file.subarray(0, half), file.subarray(half)];
  return half > 0 && data.equals(again) ? data : undefined;
};

/** Other builds leave their folders behind; the two newest may still be in use. */
const removeOld = (home: string, own: string): void => {
  const others = readdirSync(home)
    .filter((name) => BUILD_FOLDER.test(name) && name !== own)
    .map((name) => ({path: join(home, name), at: statSync(join(home, name)).mtimeMs}))
    .sort((a, b) => b.at - a.at);
  for (const {path} of others.slice(2)) rmSync(path, {recursive: true, force: true});
};

/** Makes the folder too. Without a word where it cannot be made, or would not be this user's alone. */
const madeSafe = (home: string, folder: string): boolean => {
  try {
    if (mkdirSync(folder, {recursive: true, mode: 0o700}) !== undefined && isSafe(home, folder))
      removeOld(dirname(folder), basename(folder));
  } catch {
    return false;
  }
  return isSafe(home, folder);
};

const writeWhole = (file: string, data: Uint8Array): void => {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(aside, twice(data), {mode: 0o600, flag: 'wx'});
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
  const hasShipped = existsSync(join(beside, 'code'));
  const shipped = (part: string): Buffer | undefined =>
    hasShipped ? readShipped(join(beside, 'code', name(part))) : undefined;
  const home = cacheHome(env);
  if (home === undefined) return {folder: undefined, read: shipped, write: () => undefined};
  const folder = join(home, 'ratectl', `${build}-${process.version}-${process.arch}`);
  return {
    get folder() {
      return madeSafe(home, folder) ? folder : undefined;
    },
    read: (part) =>
      shipped(part) ?? (isSafe(home, folder) ? readIfOurs(join(folder, name(part))) : undefined),
    write: (part, data) => {
      if (madeSafe(home, folder)) writeWhole(join(folder, name(part)), data);
    },
  };
};

const readShipped = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};
