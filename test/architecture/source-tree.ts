import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'coverage', '.bench', '.ratectl']);

/** Paths of all files of the repository below a folder, relative to the root, with "/". */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), {withFileTypes: true}).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A source file without its comments, so that what is said in words is no finding. */
export const codeOf = (path: string): string =>
  textOf(path).replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

export interface Import {
  readonly from: string;
  /** `node:fs`, `chalk`, or the path of a file of ours, relative to the root. */
  readonly to: string;
}

const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"`]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** What a file imports, statically or when it needs it. */
export const importsOf = (from: string): readonly Import[] =>
  [...codeOf(from).matchAll(STATEMENT)].map(([, stated, bare, dynamic]) => {
    const name = (stated ?? bare ?? dynamic) as string;
    const to = name.startsWith('.')
      ? relative(ROOT, resolve(ROOT, dirname(from), name)).replaceAll('\\', '/')
      : name;
    return {from, to};
  });
