import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Manual} from '../../documents/manual.ts';

export interface Started {
  /** What it listens on, or what it said instead. */
  readonly url: string;
  stop(): Promise<number | null>;
}

/** Starts something of the folder that listens, and waits until it says where. It is stopped with the test. */
export const started = async (
  manual: Manual,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Started> => {
  const child = spawn(join(manual.folder, '.bin', args[0]!), args.slice(1), {
    cwd: manual.folder,
    env: {PATH: process.env['PATH'], HOME: manual.folder, ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): Promise<number | null> => ended(child);
  onTestFinished(async () => void (await stop()));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk;
      const [, found] = /(http:\/\/[\w.:]+\d)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)));
  });
  return {url: url.replace('0.0.0.0', '127.0.0.1'), stop};
};

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return child.exitCode;
};

/** The application of the example on a free port, with its store. */
export const startShop = (
  manual: Manual,
  store: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Started> =>
  started(manual, ['node', 'deployment/app/server.mjs'], {PORT: '0', RATE_LIMIT_STORE: store, ...env});

/** Asks as the customer acme until it is refused; answers how often it was served. */
export const askUntilRefused = async (url: string): Promise<number> => {
  for (let served = 0; served < 500; served++) {
    const {status} = await fetch(`${url}/api/orders`, {headers: {'x-api-key': 'key-acme'}});
    if (status === 429) return served;
    if (status !== 200) throw new Error(`${status}`);
  }
  throw new Error('never refused');
};
