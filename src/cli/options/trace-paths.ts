import {realpathSync, type Stats, statSync} from 'node:fs';
import {resolve} from 'node:path';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {CliContext} from '../context.ts';

const refuse = (message: string): never => {
  throw new RatectlError(message, {code: 'usage/trace-paths', hint: 'save it to a file first'});
};

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch {
    // Opening it says why.
    return undefined;
  }
};

/**
 * Refuses (exit 2) to read a pipe twice: the second time there is nothing in it, or nobody ever writes to it. `again` is
 * the flag for which the trace is read several times.
 */
export const checkTracePaths = (
  paths: readonly string[],
  again: string | undefined,
  {cwd}: CliContext,
): void => {
  const pipes = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    const facts = path === '-' ? undefined : statOf(absolute);
    const isPipe = path === '-' || facts?.isFIFO() === true || facts?.isCharacterDevice() === true;
    if (!isPipe) continue;
    const name = path === '-' ? 'standard input' : quoted(path, 200);
    if (again !== undefined)
      refuse(`${again} reads the trace several times, which ${name} cannot: it is no file`);
    if (facts?.isCharacterDevice() === true) continue;
    const id = path === '-' ? '-' : realpathSync(absolute);
    if (pipes.has(id)) refuse(`${path === '-' ? '"-"' : name} is given twice: a pipe can be read once`);
    pipes.add(id);
  }
};
