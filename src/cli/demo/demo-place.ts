import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {type LoadedPolicy, parsePolicy} from '../../policy/load-policy.ts';
import type {CliContext} from '../context.ts';

/** A folder of its own, as if it were a project, that goes with the demo. */
export interface DemoPlace {
  /** Absolute path of the state file, which is also the default store of commands that run there. */
  readonly statePath: string;
  /** ratectl.yaml of the place. */
  readonly policy: LoadedPolicy;
  /**
   * For commands that are to run there. No variable of ours is in it but those of the demo: none can lead to a store, a policy, a
   * key or a prefix of the user's.
   */
  readonly context: CliContext;
  /** Removes it, unless it is to be kept. */
  leave(): void;
}

export interface PlaceOptions {
  /** What becomes of it at the end. */
  readonly end: 'remove' | 'keep';
  /** Text of ratectl.yaml. */
  readonly policy: string;
  readonly env: Readonly<Record<string, string>>;
}

const POLICY_FILE = 'ratectl.yaml';

/** Makes the place; it is left by `leave`, or when the process ends by signal or error. */
export const createDemoPlace = (context: CliContext, {end, policy, env}: PlaceOptions): DemoPlace => {
  const folder = temporaryFolder();
  const leave = (): void => {
    context.cleanups.delete(leave);
    if (end === 'remove') rmSync(folder, {recursive: true, force: true});
  };
  context.cleanups.add(leave);
  mkdirSync(join(folder, '.ratectl'));
  writeFileSync(join(folder, POLICY_FILE), policy);
  const others = Object.entries(context.streams.env).filter(([name]) => !name.startsWith('RATECTL_'));
  return {
    statePath: join(folder, '.ratectl', 'state.db'),
    policy: parsePolicy(policy, POLICY_FILE),
    context: {
      ...context,
      cwd: folder,
      streams: {...context.streams, env: {...Object.fromEntries(others), RATECTL_NO_CONFIG: '1', ...env}},
    },
    leave,
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
