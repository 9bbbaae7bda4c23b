import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {CliContext} from '../context.ts';

/** A folder of its own, as if it were a project, that goes with the demo. */
export interface DemoPlace {
  /** Absolute path of the state file; it does not exist yet. */
  readonly statePath: string;
  /**
   * For commands that are to run there. No variable of ours is set in it: none of them can lead to a store, a policy or a
   * prefix of the user's.
   */
  readonly context: CliContext;
  remove(): void;
}

/** The state file as a store URL, for commands that run in the place. */
export const DEMO_STORE = 'sqlite:.ratectl/state.db';

/** Makes the place; it is removed by `remove`, or when the process ends by signal or error. */
export const createDemoPlace = (context: CliContext): DemoPlace => {
  const folder = temporaryFolder();
  const remove = (): void => {
    context.cleanups.delete(remove);
    rmSync(folder, {recursive: true, force: true});
  };
  context.cleanups.add(remove);
  mkdirSync(join(folder, '.ratectl'));
  const env = Object.fromEntries(
    Object.entries(context.streams.env).filter(([name]) => !name.startsWith('RATECTL_')),
  );
  return {
    statePath: join(folder, '.ratectl', 'state.db'),
    context: {...context, cwd: folder, streams: {...context.streams, env}},
    remove,
  };
};

const temporaryFolder = (): string => {
  const parent = tmpdir();
  try {
    return mkdtempSync(join(parent, 'ratectl-'));
  } catch (error) {
    throw new RatectlError(
      `cannot make a temporary folder in ${quoted(parent, 200)}: ${writeReason(error)}`,
      {
        code: 'io/cannot-write',
        hint: 'set TMPDIR to a folder that can be written',
        cause: error,
      },
    );
  }
};
