import {randomUUID} from 'node:crypto';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {startPostgres} from '../support/servers/postgres-server.ts';
import {startSentinels} from '../support/servers/redis-sentinel.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {ANSWERED_AGAIN_MS, type Granted, HAMMER_MS, hammer} from './hammer.ts';
import {HAMMERED_BUCKET} from './hammered-limits.ts';

/** Figures of a run by hand, for docs/guarantees.md. */
const tell = (name: string, {errors: _, ...granted}: Granted): void => {
  if (process.env['HAMMER_MS'] !== undefined) console.log(name, JSON.stringify(granted));
};

const TIMEOUT = {timeout: 300_000 + 2 * HAMMER_MS};

const withParameters = (url: string, parameters: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${parameters}`;

describe(
  'eight processes, clocks skewed by up to 30 s, one key: admitted is the budget, exactly',
  TIMEOUT,
  () => {
    test.each([
      ['SQLite', () => `sqlite:${join(mkdtempSync(join(tmpdir(), 'ratectl-hammer-')), 'state.db')}`],
      ['Redis', () => withParameters(inject('redisUrl'), `prefix=${randomUUID()}:`)],
      ['Postgres', () => withParameters(inject('databaseUrl'), `schema=hammer_${randomUUID().slice(0, 8)}`)],
    ])('%s', async (name, url) => {
      const granted = await hammer(url());
      tell(name, granted);
      expect(granted).toMatchObject({errors: '', failed: 0, window: granted.windowLimit});
      expect(granted.bucket).toBeLessThanOrEqual(granted.budget);
      const {bucket, least, most} = granted.refill;
      expect(bucket).toBeGreaterThanOrEqual(least);
      expect(bucket).toBeLessThanOrEqual(most);
      // Most of the time the bucket was empty: it was measured.
      expect(bucket).toBeGreaterThan((0.5 * HAMMER_MS * HAMMERED_BUCKET.count) / 1_000);
    });
  },
);

describe('the server crashes and comes back while they ask', TIMEOUT, () => {
  test('Redis that writes every command to disk (appendfsync always) forgets nothing: never over', async () => {
    const server = await startRedis({args: ['--appendonly', 'yes', '--appendfsync', 'always']});
    onTestFinished(() => server.stop());
    const fault = async (): Promise<void> => {
      await server.kill();
      await sleep(300);
      await server.start();
    };
    const granted = await hammer(server.url, {fault});
    tell('Redis, appendfsync always, kill -9', granted);
    expect(granted.errors).toBe('');
    expect(granted.failed).toBeGreaterThan(0);
    expect(granted.bucket).toBeLessThanOrEqual(granted.budget);
    expect(granted.window).toBeLessThanOrEqual(granted.windowLimit);
    expect(granted.answeredAgainMs).toBeLessThan(ANSWERED_AGAIN_MS);
  });

  test('Redis without persistence forgets all: over by one fresh bucket at most', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const fault = async (): Promise<void> => {
      await server.kill();
      await server.start();
    };
    const granted = await hammer(server.url, {fault});
    tell('Redis, no persistence, kill -9', granted);
    expect(granted.errors).toBe('');
    expect(granted.bucket).toBeLessThanOrEqual(granted.budget + granted.faults * HAMMERED_BUCKET.burst);
    expect(granted.window).toBeLessThanOrEqual((1 + granted.faults) * granted.windowLimit);
    expect(granted.answeredAgainMs).toBeLessThan(ANSWERED_AGAIN_MS);
  });

  test('Postgres that commits to disk forgets nothing: never over', async () => {
    const server = await startPostgres({durability: 'on'});
    onTestFinished(() => server.stop());
    const fault = async (): Promise<void> => {
      await server.kill();
      await server.start();
    };
    const granted = await hammer(server.url, {fault});
    tell('Postgres, kill -9', granted);
    expect(granted.errors).toBe('');
    expect(granted.failed).toBeGreaterThan(0);
    expect(granted.bucket).toBeLessThanOrEqual(granted.budget);
    expect(granted.window).toBeLessThanOrEqual(granted.windowLimit);
    expect(granted.answeredAgainMs).toBeLessThan(ANSWERED_AGAIN_MS);
  });

  test('Postgres with an UNLOGGED table forgets all in a crash: over by one fresh bucket at most', async () => {
    const server = await startPostgres({durability: 'on'});
    onTestFinished(() => server.stop());
    const fault = async (): Promise<void> => {
      await server.kill();
      await server.start();
    };
    const granted = await hammer(withParameters(server.url, 'unlogged=true'), {fault});
    tell('Postgres, UNLOGGED, kill -9', granted);
    expect(granted.errors).toBe('');
    expect(granted.bucket).toBeLessThanOrEqual(granted.budget + granted.faults * HAMMERED_BUCKET.burst);
    expect(granted.window).toBeLessThanOrEqual((1 + granted.faults) * granted.windowLimit);
  });

  test('Sentinel: the replica that takes over lacks at most what was not replicated when the primary died', async () => {
    const {service, replica, sentinels, killPrimary, stop} = await startSentinels();
    onTestFinished(stop);
    const client = new Redis(replica.url);
    onTestFinished(() => client.disconnect());
    const hosts = sentinels.map(({port}) => `127.0.0.1:${port}`).join(',');
    const url = `redis+sentinel://${hosts}/${service}`;
    const fault = async (): Promise<void> => {
      await killPrimary();
      while ((await client.role())[0] !== 'master') await sleep(50);
    };
    const granted = await hammer(url, {fault, mostFaults: 1});
    tell('Redis, Sentinel, kill -9 of the primary', granted);
    expect(granted.errors).toBe('');
    expect(granted.failed).toBeGreaterThan(0);
    const {count} = HAMMERED_BUCKET;
    // A second's worth: replication was milliseconds behind.
    expect(granted.bucket).toBeLessThanOrEqual(granted.budget + count);
    expect(granted.window).toBeLessThanOrEqual(granted.windowLimit + count);
  });
});
