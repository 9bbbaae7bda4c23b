import {chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir, userInfo} from 'node:os';
import {basename, join, relative} from 'node:path';
import {packageRoot} from '../../policy/package-root.ts';

/** A file that comes with ratectl. */
export interface DemoFile {
  readonly path: string;
  /** Relative where that is shorter: what is shown can be copied. */
  readonly shown: string;
}

/** A folder for temporary files that nobody else can write, the same at every start where that is possible. */
const ownFolder = (): string => {
  const path = join(tmpdir(), `ratectl-demo-${userInfo().username}`);
  try {
    mkdirSync(path, {mode: 0o700, recursive: true});
    const {uid} = lstatSync(path);
    if (lstatSync(path).isDirectory() && (process.getuid === undefined || uid === process.getuid())) {
      chmodSync(path, 0o700);
      return path;
    }
  } catch {
    // Somebody else has it.
  }
  return mkdtempSync(`${path}-`);
};

/** The single binary holds its files in itself: what other programs shall read is put where they can. */
const outside = (path: string): string => {
  const copy = join(ownFolder(), basename(path));
  writeFileSync(copy, readFileSync(path));
  return copy;
};

export const demoFile = (name: string, cwd: string): DemoFile => {
  const inside = join(packageRoot(import.meta.url), name);
  const path = 'pkg' in process ? outside(inside) : inside;
  const near = relative(cwd, path);
  return {path, shown: near.length < path.length ? near : path};
};
