import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import pg from 'pg';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {removeScratch} from '../../src/store/scratch/remove-scratch.ts';
import {scratchPlace} from '../../src/store/scratch/scratch-place.ts';
import {openServerMeter} from '../../src/store/scratch/server-meter.ts';
import type {StoreTarget} from '../../src/store/store-target.ts';

const OPTIONS = {timeoutMs: 5_000};

/** Writes rows and a document, as a limiter does. */
const fill = async (target: StoreTarget, rows: number): Promise<void> => {
  const store = await openStore(target, {access: 'write', ...OPTIONS});
  try {
    const now = await store.now();
    await store.change(
      Array.from({length: rows}, (_, i) => ({
        address: {limit: 'bench', key: `k${i}`, tier: '', shape: 't'},
        expected: 'any' as const,
        next: {words: [now, 7, now], expiresAt: now + 3_600_000_000},
      })),
    );
    await store.put('policy', 'current', {});
  } finally {
    await store.close();
  }
};

describe('a place of its own', () => {
  test('in Redis: its keys go, all others stay as they were', async () => {
    const client = new Redis(inject('redisUrl'));
    onTestFinished(() => client.disconnect());
    const {target} = scratchPlace(parseStoreUrl(inject('redisUrl')));
    const other = scratchPlace(parseStoreUrl(inject('redisUrl'))).target;
    const prefixOf = (one: StoreTarget): string =>
      one.kind === 'redis' ? one.parameters.get('prefix')! : '';
    await client.set(`x${prefixOf(target)}y`, 'foreign', 'EX', 60);
    await fill(target, 1_234);
    await fill(other, 3);
    expect((await client.keys(`${prefixOf(target)}*`)).length).toBeGreaterThan(1_234);
    await removeScratch(target, OPTIONS);
    expect(await client.keys(`${prefixOf(target)}*`)).toEqual([]);
    expect((await client.keys(`${prefixOf(other)}*`)).length).toBeGreaterThan(3);
    expect(await client.get(`x${prefixOf(target)}y`)).toBe('foreign');
    await removeScratch(other, OPTIONS);
  });

  test('in Postgres: its schema goes, also where the URL says that schemas are never made', async () => {
    const url = `${inject('databaseUrl')}?migrate=never`;
    const {target} = scratchPlace(parseStoreUrl(url));
    const schema = target.kind === 'postgres' ? target.parameters.get('schema')! : '';
    const client = new pg.Client({connectionString: inject('databaseUrl')});
    await client.connect();
    onTestFinished(() => client.end());
    const count = async (): Promise<number> =>
      (await client.query('select 1 from pg_namespace where nspname = $1', [schema])).rowCount ?? 0;
    await fill(target, 10);
    expect(await count()).toBe(1);
    await removeScratch(target, OPTIONS);
    expect(await count()).toBe(0);
    await removeScratch(target, OPTIONS);
  });

  test('in SQLite: a file beside the one that is named, which is not touched', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratectl-scratch-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const {target} = scratchPlace({kind: 'sqlite', path: join(folder, 'state.db')});
    await fill(target, 10);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^state\.db\.ratectl-bench-[0-9a-f]{12}$/)]);
    await removeScratch(target, OPTIONS);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    'redis://127.0.0.1',
    'redis://127.0.0.1?prefix=rl:',
    'postgres://h/d?schema=ratectl',
    'sqlite:state.db',
  ])('only such a place is ever removed: not %s', async (url) => {
    await expect(removeScratch(parseStoreUrl(url), OPTIONS)).rejects.toThrow('only a place of scratchPlace');
  });

  test('two places are never the same', () => {
    const places = Array.from({length: 100}, () => scratchPlace(parseStoreUrl('redis://h')).words);
    expect(new Set(places).size).toBe(100);
  });
});

describe('the CPU time of a server', () => {
  test('is told by Redis and grows', async () => {
    const meter = await openServerMeter(parseStoreUrl(inject('redisUrl')), OPTIONS);
    onTestFinished(() => meter.close());
    const before = await meter.cpu();
    expect(before).toBeGreaterThan(0);
    expect(await meter.cpu()).toBeGreaterThanOrEqual(before!);
  });

  test.each(['memory:', 'sqlite:x.db', 'postgres://h/d'])('is not told by %s', async (url) => {
    expect(await (await openServerMeter(parseStoreUrl(url), OPTIONS)).cpu()).toBeUndefined();
  });
});
