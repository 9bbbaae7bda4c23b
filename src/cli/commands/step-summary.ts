import {appendFileSync, rmSync, statSync, truncateSync} from 'node:fs';
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
    throw new RatectlError(
      `cannot append to ${quoted(path, 200)} (GITHUB_STEP_SUMMARY): ${writeReason(error)}`,
      {code: 'io/cannot-write', hint: 'run it without --ci, or set a path that can be written', cause: error},
    );
  }
  return undo;
};
