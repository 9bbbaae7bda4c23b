import {realpathSync, statSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {checkAtomicFile} from '../../base/atomic-file.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {CliContext} from '../context.ts';

/** A path of the command line and what it is there: `--decisions`, `the trace`. */
export interface NamedFile {
  readonly what: string;
  readonly path: string | undefined;
}

const refuse = (message: string, hint: string): never => {
  throw new RatectlError(message, {code: 'usage/output-file', hint});
};

/** What a path leads to, through symbolic links; undefined where nothing can be destroyed: devices, pipes, no such folder. */
const targetOf = (path: string, {cwd}: CliContext): string | undefined => {
  const absolute = resolve(cwd, path);
  try {
    const real = realpathSync(absolute);
    return statSync(real).isFile() ? real : undefined;
  } catch {
    try {
      return join(realpathSync(dirname(absolute)), basename(absolute));
    } catch {
      return undefined;
    }
  }
};

const isWritable = ({what, path}: NamedFile): boolean => {
  if (path === undefined) return false;
  if (path === '') refuse(`${what}: expected a path, got ""`, `for example ${what} FILE`);
  if (path === '-')
    refuse(
      `${what}: "-" is no file: standard output is for the report`,
      'name a file, /dev/stdout, or ./- for a file of that name',
    );
  if (path.endsWith('/')) refuse(`${what}: ${quoted(path, 200)} names a folder`, 'name a file in it');
  return true;
};

/**
 * Refuses (exit 2) output files that would take the place of what is read, of each other, or of standard output's file, and those that
 * cannot be written: called before the work begins, so that a typo costs none of it.
 */
export const checkOutputFiles = (
  outputs: readonly NamedFile[],
  inputs: readonly NamedFile[],
  context: CliContext,
): void => {
  const written = outputs.filter(isWritable);
  if (written.length === 0) return;
  const taken = new Map<string, string>();
  const files = [...inputs, {what: 'standard output', path: '/dev/stdout'}];
  for (const {what, path} of files) {
    const target = path === undefined || path === '-' ? undefined : targetOf(path, context);
    if (target !== undefined) taken.set(target, what);
  }
  for (const {what, path} of written) {
    const target = targetOf(path!, context);
    const other = target === undefined ? undefined : taken.get(target);
    if (other !== undefined)
      refuse(
        `${what}: ${quoted(path!, 200)} is the file of ${other} too: one would destroy the other`,
        'name another file',
      );
    if (target !== undefined) taken.set(target, what);
    checkAtomicFile(placeOf(path!, context));
  }
};

/** As it was written where that is the same: messages show it. */
export const placeOf = (path: string, {cwd}: Pick<CliContext, 'cwd'>): string =>
  cwd === process.cwd() ? path : resolve(cwd, path);
