import {accessSync, appendFileSync, constants, rmSync, statSync, truncateSync} from 'node:fs';
import {dirname} from 'node:path';
import {writeReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

/** Length of a regular file; undefined when there is none. Of a device, which keeps nothing, `device`. */
const lengthOf = (path: string): number | 'device' | undefined => {
  try {
    const facts = statSync(path);
    return facts.isFile() ? facts.size : 'device';
  } catch {
    return undefined;
  }
};

const cannotAppend = (path: string, error: unknown): RatectlError =>
  new RatectlError(`cannot append to ${quoted(path, 200)} (GITHUB_STEP_SUMMARY): ${writeReason(error)}`, {
    code: 'io/cannot-write',
    hint: 'run it without --ci, or set a path that can be written',
    cause: error,
  });

/** Throws what `appendSummary` would where the file cannot be written. */
export const checkSummary = (path: string): void => {
  try {
    const found = statSync(path, {throwIfNoEntry: false});
    if (found === undefined) accessSync(`${dirname(path)}/.`, constants.W_OK | constants.X_OK);
    else if (found.isDirectory()) throw Object.assign(new Error(), {code: 'EISDIR'});
    else accessSync(path, constants.W_OK);
  } catch (error) {
    throw cannotAppend(path, error);
  }
};

/** Appends to the file of GITHUB_STEP_SUMMARY. What it gives back takes the text away again. */
export const appendSummary = (path: string, text: string): (() => void) => {
  const before = lengthOf(path);
  const undo = (): void => {
    try {
      if (before === undefined) rmSync(path, {force: true});
      else if (before !== 'device') truncateSync(path, before);
    } catch {
      // It could be written a moment ago; there is nothing else to try.
    }
  };
  try {
    appendFileSync(path, text);
  } catch (error) {
    undo();
    throw cannotAppend(path, error);
  }
  return undo;
};
