import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {BenchReport} from '../../src/view/model/bench-report.ts';
import {contextIn, ratectl} from '../cli/config-cli.ts';
import {ConfigFolder} from '../config/config-folder.ts';
import {type RedisServer, startRedis} from '../support/servers/redis-server.ts';

const STALL_MS = 1_000;

/** A run of 3 s, in the middle of which something happens to the server. */
const runWith = async (
  happens: (server: RedisServer) => Promise<void>,
  ...flags: readonly string[]
): Promise<BenchReport> => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const folder = new ConfigFolder();
  const context = contextIn(folder.cwd, {HOME: folder.home});
  const times = ['--duration', '3s', '--warmup', '200ms'];
  const running = ratectl(context, 'bench', '--store', server.url, ...times, '--json', ...flags);
  await beginning(server);
  await sleep(1_000);
  await happens(server);
  const {exit, out} = await running;
  expect(exit).toBe(0);
  return (JSON.parse(out) as {data: BenchReport}).data;
};

/** Until there is load: how long processes take to start is the machine's. */
const beginning = async ({url}: RedisServer): Promise<void> => {
  const client = new Redis(url);
  while ((await client.dbsize()) < 20) await sleep(20);
  client.disconnect();
};

const stall = async (server: RedisServer): Promise<void> => {
  server.signal('SIGSTOP');
  await sleep(STALL_MS);
  server.signal('SIGCONT');
};

/** What else stands still meanwhile, this machine above all, is no stall of the server: it is measured again. */
const MEASURES = {timeout: 90_000, retry: 3};

describe('a server that hangs for a second', MEASURES, () => {
  test('an open loop shows it: the requests of that second waited', async () => {
    const {total} = (await runWith(stall, '--rate', '500')).stores[0]!;
    expect(total!.response!.maxUs).toBeGreaterThanOrEqual(950_000);
    expect(total!.response!.p999Us).toBeGreaterThanOrEqual(900_000);
    // A third of the requests were meant to start in it, and waited for half of it on average.
    expect(total!.response!.p90Us).toBeGreaterThanOrEqual(500_000);
    expect(total!.silenceMs).toBeGreaterThanOrEqual(950);
    expect(total).toMatchObject({decisions: 1_500, withoutStore: 0, unsent: 0});
  });

  test('a closed loop hides it: only as many requests as there are callers saw it', async () => {
    const {total} = (await runWith(stall, '--connections', '2')).stores[0]!;
    expect(total!.service.maxUs).toBeGreaterThanOrEqual(950_000);
    expect(total!.service.count).toBeGreaterThan(2_000);
    expect(total!.service.p999Us).toBeLessThan(900_000);
  });

  test('with few requests under way those that have to wait for them still count from their start', async () => {
    const {total} = (await runWith(stall, '--rate', '500', '--connections', '4')).stores[0]!;
    expect(total!.response!.p90Us).toBeGreaterThanOrEqual(500_000);
    expect(total!.service.p90Us).toBeLessThan(total!.response!.p90Us);
    expect(total!.lateness!.p90Us).toBeLessThan(500_000);
  });
});

test(
  'a server that is restarted: how long nothing was answered, and how soon after it was back',
  MEASURES,
  async () => {
    const report = await runWith(
      async (server) => {
        await server.kill();
        await sleep(300);
        await server.start();
      },
      '--rate',
      '500',
      '--processes',
      '2',
    );
    const {total, runs} = report.stores[0]!;
    const outage = runs[0]!.outages.find(({withoutAnswersMs}) => withoutAnswersMs !== null)!;
    expect(outage.withoutAnswersMs).toBeGreaterThanOrEqual(300);
    expect(outage.recoveryMs).toBeLessThan(outage.withoutAnswersMs!);
    expect(total!.withoutStore).toBeGreaterThan(0);
    expect(report.targets.map(({name}) => name)).toContain('recovery');
  },
);
