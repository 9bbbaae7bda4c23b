import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {expect, onTestFinished, test} from 'vitest';
import {startRedis} from '../support/servers/redis-server.ts';

const BIN = join(import.meta.dirname, '../../bin/ratectl.js');

/** The built command against a server of its own, Ctrl-C while it runs. */
test('Ctrl-C ends the built command and its processes with what there is, and nothing is left behind', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const client = new Redis(server.url);
  onTestFinished(() => client.disconnect());
  const flags = ['--rate', '500', '--processes', '2', '--duration', '60s', '--warmup', '0s', '--no-config'];
  const child = spawn(process.execPath, [BIN, 'bench', '--store', server.url, ...flags, '--json'], {
    // A group of its own, as a terminal has it: the signal reaches all of them.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const exited = once(child, 'exit');
  while ((await client.dbsize()) < 100) {
    expect(child.exitCode, 'it ended before its time').toBeNull();
    await sleep(20);
  }
  expect((await client.client('LIST')) as string).toMatch(/name=ratectl-bench/);
  // The launcher and npx pass on what the terminal has sent to everybody: it is the same Ctrl-C, not a second one. Both are there when
  // the process goes on, whichever it sees first.
  child.kill('SIGSTOP');
  process.kill(-child.pid!, 'SIGINT');
  child.kill('SIGTERM');
  child.kill('SIGCONT');
  expect([130, 143]).toContain((await exited)[0]);
  const {interrupted, stores} = (
    JSON.parse(out) as {
      data: {interrupted: boolean; stores: readonly {total: {decisions: number; withoutStore: number}}[]};
    }
  ).data;
  expect(interrupted).toBe(true);
  expect(stores[0]!.total.decisions).toBeGreaterThan(0);
  expect(stores[0]!.total.withoutStore).toBe(0);
  expect(await client.dbsize()).toBe(0);
  while (/name=ratectl-bench/.test((await client.client('LIST')) as string)) await sleep(20);
}, 120_000);
