import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {folderWith, ROOT} from '../e2e/command.ts';

/** The script of an example. */
export const scriptOf = (example: string): string => join(ROOT, 'examples', example, 'server.js');

/** Variables for an example whose state is in a folder of its own; a loaded machine does not make it decide without the store. */
export const ownStore = (): Record<string, string> => ({
  RATECTL_STORE: `sqlite:${join(folderWith({}), 'state.db')}`,
  RATE_LIMIT_TIMEOUT: '30s',
});

export interface Example {
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Standard error so far. */
  err(): string;
}

/** Starts an example that listens, and waits until it says so. It is stopped when the test ends. */
export const startExample = async (
  example: string,
  env: Readonly<Record<string, string>> = ownStore(),
): Promise<Example> => {
  const child = spawn(process.execPath, [scriptOf(example)], {
    cwd: folderWith({}),
    env: {...process.env, PORT: '0', ...env},
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
      const [, found] = /listening on (\S+)\n/.exec(out) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`${example} ended with ${code}: ${err}`)));
  });
  return {url, child, err: () => err};
};
