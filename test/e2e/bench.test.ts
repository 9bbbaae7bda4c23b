import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {expect, onTestFinished, test} from 'vitest';
import {startRedis} from '../support/servers/redis-server.ts';
import {BIN} from './command.ts';

interface Ended {
  readonly exit: readonly [code: number | null, signal: string | null];
  readonly interrupted: boolean;
  readonly total: {readonly decisions: number; readonly withoutStore: number};
}

/** The built command with two processes against a server of its own, which gets signals while it runs. */
const ended = async (client: Redis, url: string, kill: (child: ChildProcess) => void): Promise<Ended> => {
  const flags = ['--rate', '500', '--processes', '2', '--duration', '60s', '--warmup', '0s', '--no-config'];
  const child = spawn(process.execPath, [BIN, 'bench', '--store', url, ...flags, '--json'], {
    // A group of its own, as a terminal has it: a signal may reach all of them.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const closed = once(child, 'close');
  while ((await client.dbsize()) < 100) {
    expect(child.exitCode, 'it ended before its time').toBeNull();
    await sleep(20);
  }
  expect((await client.client('LIST')) as string).toMatch(/name=ratectl-bench/);
  kill(child);
  const exit = (await closed) as [number | null, string | null];
  const {interrupted, stores} = (
    JSON.parse(out) as {data: {interrupted: boolean; stores: readonly {total: Ended['total']}[]}}
  ).data;
  return {exit, interrupted, total: stores[0]!.total};
};

const server = async (): Promise<{readonly client: Redis; readonly url: string}> => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  return {client, url: redis.url};
};

test('Ctrl-C ends the built command and its processes with what there is, and nothing is left behind', async () => {
  const {client, url} = await server();
  const {exit, interrupted, total} = await ended(client, url, (child) => {
    // The launcher and npx pass on what the terminal has sent to everybody: it is the same Ctrl-C, not a second one. Both are there
    // when the process goes on, whichever it sees first.
    child.kill('SIGSTOP');
    process.kill(-child.pid!, 'SIGINT');
    child.kill('SIGTERM');
    child.kill('SIGCONT');
  });
  expect([130, 143]).toContain(exit[0]);
  expect(interrupted).toBe(true);
  expect(total.decisions).toBeGreaterThan(0);
  expect(total.withoutStore).toBe(0);
  expect(await client.dbsize()).toBe(0);
  while (/name=ratectl-bench/.test((await client.client('LIST')) as string)) await sleep(20);
}, 120_000);

/** As `timeout`, a service manager or a terminal that is closed sends it: to every process of the group. */
test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s to the whole group ends a benchmark of several processes with what there is',
  async (signal, code) => {
    const {client, url} = await server();
    const {exit, interrupted, total} = await ended(client, url, (child) => process.kill(-child.pid!, signal));
    expect(exit).toEqual([code, null]);
    expect(interrupted).toBe(true);
    expect(total.decisions).toBeGreaterThan(0);
    expect(await client.dbsize()).toBe(0);
  },
  120_000,
);
