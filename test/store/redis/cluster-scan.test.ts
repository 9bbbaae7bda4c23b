import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {keySlot} from '../../../src/store/redis/key-slot.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {PATIENCE_MS} from '../../support/in-time.ts';
import {type RedisClusterServers, startRedisCluster} from '../../support/servers/redis-cluster.ts';
import {randomPrefix, targetOf} from './redis-target.ts';

const ROWS = 240;
const PAGE = 10;
/** Of another type, where rows are. */
const LISTS = Array.from({length: 9}, (_, i) => `{list ${i}}`);
const INSTANT = '1700000000000000';

let cluster: RedisClusterServers;
let nodes: readonly Redis[];
let ids: readonly string[];

beforeAll(async () => {
  cluster = await startRedisCluster();
  nodes = cluster.nodes.map(({url}) => new Redis(url, {protocol: 2}));
  ids = await Promise.all(nodes.map(async (node) => String(await node.call('cluster', 'myid'))));
}, 2 * PATIENCE_MS);

afterAll(async () => {
  for (const node of nodes) node.disconnect();
  await cluster.stop();
});

/** The node that has the slot of a name, by what the nodes say now. */
const ownerOf = async (name: string): Promise<number> => {
  const slots = (await nodes[0]!.cluster('SLOTS')) as unknown as [number, number, [string, number]][];
  const [, , [, port]] = slots.find(([from, to]) => from <= keySlot(name) && keySlot(name) <= to)!;
  return cluster.nodes.findIndex((node) => node.port === port);
};

/** Moves the slots of names to another node; `half`: their keys are there, and the slots still belong to the first one. */
const move = async (names: readonly string[], to: number, how: 'half' | 'whole'): Promise<void> => {
  for (const name of names) {
    const slot = String(keySlot(name));
    const from = await ownerOf(name);
    if (from === to) continue;
    await nodes[to]!.call('cluster', 'setslot', slot, 'importing', ids[from]!);
    await nodes[from]!.call('cluster', 'setslot', slot, 'migrating', ids[to]!);
    const keys = (await nodes[from]!.call('cluster', 'getkeysinslot', slot, '1000')) as string[];
    const {port} = cluster.nodes[to]!;
    if (keys.length > 0) await nodes[from]!.call('migrate', '127.0.0.1', port, '', 0, 5_000, 'keys', ...keys);
    if (how === 'half') continue;
    for (const node of [to, from, ...nodes.keys()])
      await nodes[node]!.call('cluster', 'setslot', slot, 'node', ids[to]!);
  }
};

interface Scene {
  readonly store: Store;
  readonly names: readonly string[];
  /** Names on a node. */
  at(node: number): Promise<string[]>;
}

/** Rows in all nodes, among them something that is none. */
const scene = async (): Promise<Scene> => {
  const prefix = randomPrefix();
  const names = Array.from({length: ROWS}, (_, i) => `${prefix}one:g:{key ${i}}`);
  for (const name of names) await nodes[await ownerOf(name)]!.set(name, INSTANT);
  const lists = LISTS.map((key) => `${prefix}one:g:${key}`);
  for (const name of lists) await nodes[await ownerOf(name)]!.lpush(name, 'x');
  const store = await openRedisStore(targetOf(cluster.nodes[0]!.url, {topology: {kind: 'cluster'}}), {
    access: 'write',
    connection: 'reconnect',
    prefix,
  });
  const at = async (node: number): Promise<string[]> => {
    const owners = await Promise.all([...names, ...lists].map(ownerOf));
    return [...names, ...lists].filter((_, i) => owners[i] === node);
  };
  return {store, names, at};
};

/** Lists all rows, and does something after some pages. */
const listed = async ({store}: Scene, after: number, between: () => Promise<void>) => {
  const times = new Map<string, number>();
  const foreign = new Set<string>();
  let pages = 0;
  for await (const page of store.scan({keys: {kind: 'all'}}, PAGE)) {
    for (const {address} of page.rows) times.set(address.key, (times.get(address.key) ?? 0) + 1);
    for (const name of page.foreign) foreign.add(name.replace(/^.*\{/, '{'));
    if (++pages === after) await between();
  }
  return {keys: times.size, most: Math.max(...times.values()), foreign: [...foreign].sort()};
};

const WHOLE = {keys: ROWS, most: expect.toSatisfy((most: number) => most <= 3), foreign: LISTS};

describe('while slots of a Cluster move, every row is listed, and none is taken for something foreign', {
  timeout: 2 * PATIENCE_MS,
}, () => {
  test.each([
    ['to a node that comes later', 0, 1, 1, 'whole'],
    ['to a node that comes later, and are on their way', 0, 1, 1, 'half'],
    ['to a node that was listed before', 2, 0, 14, 'whole'],
  ] as const)('%s', async (_, from, to, after, how) => {
    const place = await scene();
    const names = await place.at(from);
    expect(names.length).toBeGreaterThan(3 * PAGE);
    expect(await listed(place, after, () => move(names, to, how))).toEqual(WHOLE);
    await move(names, to, 'whole');
    await move(names, from, 'whole');
    await place.store.close();
  });

  test('a row that went away while its slot moved is no more', async () => {
    const place = await scene();
    const names = await place.at(0);
    const found = await listed(place, 1, async () => {
      await move(names, 1, 'whole');
      for (const name of names) if (!name.includes('{list')) await nodes[1]!.del(name);
    });
    expect(found.foreign.filter((name) => !name.startsWith('{list'))).toEqual([]);
    await move(names, 0, 'whole');
    await place.store.close();
  });
});

test(
  'a node that is not ready is an error, and makes nothing foreign',
  async () => {
    const place = await scene();
    const [name] = await place.at(1);
    const lost = (store: Store) =>
      listed({...place, store}, 1, async () => {
        // Nobody has the slot any more.
        for (const node of nodes) await node.call('cluster', 'delslots', keySlot(name!));
      });
    const outcome = await lost(place.store).catch((error: unknown) => error);
    for (const node of nodes) await node.call('cluster', 'addslots', keySlot(name!));
    expect(outcome).toMatchObject({kind: 'unreachable'});
    await place.store.close();
  },
  2 * PATIENCE_MS,
);
