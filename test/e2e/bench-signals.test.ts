import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {expect, onTestFinished, test} from 'vitest';
import {startRedis} from '../support/servers/redis-server.ts';
import {BIN} from './command.ts';

/** As `timeout`, a service manager or a terminal that is closed sends it: to every process of the group. */
test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s to the whole group ends a benchmark of several processes with what there is',
  async (signal, code) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    const flags = ['--rate', '500', '--processes', '2', '--duration', '60s', '--warmup', '0s', '--no-config'];
    const child = spawn(process.execPath, [BIN, 'bench', '--store', server.url, ...flags, '--json'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    const exited = once(child, 'exit');
    while ((await client.dbsize()) < 100) {
      expect(child.exitCode, 'it ended before its time').toBeNull();
      await sleep(20);
    }
    process.kill(-child.pid!, signal);
    expect(await exited).toEqual([code, null]);
    const {data} = JSON.parse(out) as {
      data: {interrupted: boolean; stores: readonly {total: {decisions: number}}[]};
    };
    expect(data.interrupted).toBe(true);
    expect(data.stores[0]!.total.decisions).toBeGreaterThan(0);
    expect(await client.dbsize()).toBe(0);
  },
  120_000,
);
