import {Redis} from 'ioredis';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import type {RowPage, RowSelection, Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {eventually, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {targetOf} from './redis-target.ts';

const ALL: RowSelection = {keys: {kind: 'all'}};

let server: RedisServer;
let admin: Redis;
let store: Store;

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url, {protocol: 2});
  store = await openRedisStore(targetOf(server.url), {access: 'read'});
});

afterAll(async () => {
  await store.close();
  admin.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await admin.flushall();
});

const listed = async (selection: RowSelection, pageSize?: number): Promise<RowPage[]> => {
  const pages: RowPage[] = [];
  for await (const page of store.scan(selection, pageSize)) pages.push(page);
  return pages;
};

const connections = async (): Promise<number> =>
  String(await admin.client('LIST'))
    .trim()
    .split('\n').length;

const INSTANT = '1700000000000000';

/** Rows of one limit, one number each. */
const fill = async (count: number): Promise<void> => {
  const pairs = Array.from({length: count}, (_, i) => [`rl:one:g:{key ${i}}`, INSTANT]);
  await admin.mset(...pairs.flat());
};

test('rows are all listed, in pages no larger than asked for, whatever stands between them', async () => {
  const odd: [string, string | Buffer, RowAddress | undefined][] = [
    ['rl:one:g:{}', INSTANT, {limit: 'one', key: '', tier: '', shape: 'g'}],
    ['rl:one:g:{a}b}', INSTANT, {limit: 'one', key: 'a}b', tier: '', shape: 'g'}],
    ['rl:one:g:{ü\u0000\ufffd}', INSTANT, {limit: 'one', key: 'ü\u0000\ufffd', tier: '', shape: 'g'}],
    ['rl:one:g:{a}:free', INSTANT, {limit: 'one', key: 'a', tier: 'free', shape: 'g'}],
    ['rl:other:g:{a}', INSTANT, {limit: 'other', key: 'a', tier: '', shape: 'g'}],
    ['rl:one:g:{a}:', INSTANT, undefined],
    ['rl:one:g:{counter}', '17', undefined],
    ['rl:~:{~}:hot', 'something of ours', undefined],
  ];
  await fill(3_000);
  for (const [name, value] of odd) await admin.set(name, value);
  await admin.set(Buffer.from('rl:one:g:{\u00ff}', 'latin1'), INSTANT);
  await admin.lpush('rl:one:g:{list}', 'x');
  const pages = await listed(ALL, 100);
  expect(Math.max(...pages.map(({rows}) => rows.length))).toBeLessThanOrEqual(100);
  const rows = pages.flatMap((page) => page.rows);
  expect(rows.every(({words}) => words[0] === Number(INSTANT) && words[1] === 0)).toBe(true);
  const text = ({limit, key, tier, shape}: RowAddress): string => JSON.stringify([limit, key, tier, shape]);
  const expected = [
    ...Array.from({length: 3_000}, (_, i) => ({limit: 'one', key: `key ${i}`, tier: '', shape: 'g'})),
    ...odd.flatMap(([, , address]) => address ?? []),
  ];
  expect([...new Set(rows.map(({address}) => text(address)))].sort()).toEqual(expected.map(text).sort());
  expect([...new Set(pages.flatMap(({foreign}) => foreign))].sort()).toEqual(
    ['rl:one:g:{a}:', 'rl:one:g:{counter}', 'rl:one:g:{list}', 'rl:one:g:{\ufffd}'].sort(),
  );
});

test('rows with many words, more than come at once, are listed whole', async () => {
  const pairs = Array.from({length: 9_999}, (_, i) => [i, 1]);
  const next = {words: [pairs.length, 5, ...pairs.flat()], expiresAt: Number.POSITIVE_INFINITY};
  const address = (key: string): RowAddress => ({limit: 'one', key, tier: '', shape: 'l'});
  const writer = await openRedisStore(targetOf(server.url), {access: 'write'});
  for (const key of ['a', 'b', 'c'])
    await writer.change([{address: address(key), expected: undefined, next}]);
  await writer.close();
  const rows = (await listed(ALL)).flatMap((page) => page.rows);
  expect(rows.map(({address: {key}}) => key).sort()).toEqual(['a', 'b', 'c']);
  for (const row of rows) expect(row.words).toEqual(next.words);
});

test('a listing leaves no connection behind, when it ends and when nobody wants the rest', async () => {
  await fill(3_000);
  const before = await connections();
  await listed(ALL);
  for await (const {rows} of store.scan(ALL, 100)) {
    expect(rows.length).toBeGreaterThan(0);
    expect(await connections()).toBe(before + 1);
    break;
  }
  await expect.poll(connections, PATIENTLY).toBe(before);
});

test(
  'a listing whose server falls silent is refused after the time-out',
  async () => {
    await fill(3_000);
    const hasty = await eventually(() =>
      openRedisStore(targetOf(server.url), {access: 'read', timeoutMs: 300}),
    );
    const listing = async (): Promise<void> => {
      for await (const {rows} of hasty.scan(ALL, 100)) if (rows.length > 0) server.signal('SIGSTOP');
    };
    try {
      await expect(listing()).rejects.toMatchObject({kind: 'unreachable'});
    } finally {
      server.signal('SIGCONT');
    }
    await hasty.close();
  },
  2 * PATIENCE_MS,
);

test('a listing whose connection is ended is refused at once', async () => {
  await fill(3_000);
  const listing = async (): Promise<void> => {
    for await (const _ of store.scan(ALL, 100))
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  };
  await expect(listing()).rejects.toMatchObject({kind: 'unreachable'});
});
