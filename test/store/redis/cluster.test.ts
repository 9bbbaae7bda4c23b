import fc from 'fast-check';
import {Redis} from 'ioredis';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {CheckAnswer} from '../../../src/engine/live/check.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {PartlyDecidedError} from '../../../src/store/partly-decided-error.ts';
import type {Store} from '../../../src/store/port.ts';
import {keySlot} from '../../../src/store/redis/key-slot.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {eventually, expectInTime, msUntilHeard, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {DAY, MINUTE, S} from '../../support/instants.ts';
import {fixedWindowSpec, gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {type RedisClusterServers, startRedisCluster} from '../../support/servers/redis-cluster.ts';
import {queueItems} from './queue-items.ts';
import {randomPrefix, targetOf} from './redis-target.ts';

/** Nothing comes back while a test runs. */
const YEAR = 365 * DAY;
const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};

test(
  'when a primary is down, the checks of the others are decided, and all of them once it is back',
  async () => {
    const cluster = await startRedisCluster();
    for (const {url} of cluster.nodes) {
      const admin = new Redis(url, {protocol: 2});
      await admin.config('SET', 'cluster-require-full-coverage', 'no');
      admin.disconnect();
    }
    const store = await openRedisStore(targetOf(cluster.nodes[0]!.url, {topology: {kind: 'cluster'}}), {
      access: 'write',
      connection: 'reconnect',
      timeoutMs: 3_000,
    });
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [gcraSpec(100, YEAR, 100)]}]));
    const checks = Array.from({length: 30}, (_, i) => router.route({key: `k${i}`}, OPTIONS));
    const remaining = (answers: readonly (CheckAnswer | undefined)[]): unknown[] =>
      answers.map((answer) => answer?.verdicts.map((verdict) => verdict.remaining));
    // The second of three has the middle third of the slots.
    const isOnSecond = checks.map(
      ({layers}) => Math.floor((3 * keySlot(layers[0]!.address.key)) / 16_384) === 1,
    );
    await cluster.nodes[1]!.kill();
    const error: unknown = await store.check(checks).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(PartlyDecidedError);
    expect(error).toMatchObject({kind: 'unreachable', message: expect.stringMatching(/; \d+ of 30 checks/)});
    expect(remaining((error as PartlyDecidedError).answers)).toEqual(
      isOnSecond.map((is) => (is ? undefined : [99])),
    );
    const lost = checks.filter((_, i) => isOnSecond[i]);
    const whole: unknown = await store.check(lost).catch((failure: unknown) => failure);
    expect(whole).toMatchObject({kind: 'unreachable'});
    expect(whole).not.toBeInstanceOf(PartlyDecidedError);
    await cluster.nodes[1]!.start();
    await eventually(() => store.check(lost.slice(0, 1)));
    expect(remaining(await store.check(checks.filter((_, i) => !isOnSecond[i])))).toContainEqual([98]);
    await store.close();
    await cluster.stop();
  },
  4 * PATIENCE_MS,
);

describe('in a Redis Cluster of three', () => {
  let cluster: RedisClusterServers;
  let store: Store;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    store = await openRedisStore(targetOf(cluster.nodes[0]!.url, {topology: {kind: 'cluster'}}), {
      access: 'write',
      connection: 'reconnect',
      prefix: randomPrefix(),
    });
  }, 2 * PATIENCE_MS);
  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  test('limits of any number of keys hold, wherever the keys are', async () => {
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [gcraSpec(3, YEAR, 3)]}]));
    const checks = Array.from({length: 1_000}, (_, i) => router.route({key: `key-${i % 200}`}, OPTIONS));
    const answers = await store.check(checks);
    const allowed = answers.filter(({verdicts}) => verdicts[0]!.kind === 0);
    expect(allowed.length).toBe(600);
  });

  test('layers by the same key are asked in one slot, layers by others in two steps: all or nothing', async () => {
    const router = new RequestRouter(
      policyOf([
        {name: 'ip', key: '{ip}', buckets: [tokenBucketSpec(100, YEAR, 100)]},
        {name: 'tenant', key: '{tenant}', buckets: [tokenBucketSpec(5, YEAR, 5)]},
      ]),
    );
    for (let i = 0; i < 8; i++) {
      const [answer] = await store.check([router.route({ip: `10.0.0.1`, tenant: 'acme'}, OPTIONS)]);
      expect(answer!.verdicts.map(({kind}) => kind)).toEqual(i < 5 ? [0, 0] : [0, 1]);
      // A refusal by the tenant costs the address nothing.
      expect(answer!.verdicts[0]!.remaining).toBe(i < 5 ? 99 - i : 94);
    }
  });

  test('what a refusal leaves behind is kept, and charge always charges', async () => {
    const limits = [
      {name: 'a', key: '{ip}', buckets: [tokenBucketSpec(100, YEAR, 100)]},
      {name: 'b', key: '{tenant}', buckets: [fixedWindowSpec(2, YEAR, {countDenied: true})]},
    ];
    const strict = new RequestRouter(policyOf(limits));
    const always = new RequestRouter(policyOf(limits, 'always'));
    const ask = async (router: RequestRouter, cost: number): Promise<number[]> => {
      const [answer] = await store.check([
        router.route({ip: '10.9.9.9', tenant: 'counted'}, {...OPTIONS, cost}),
      ]);
      return answer!.verdicts.map(({remaining}) => remaining);
    };
    expect(await ask(strict, 1)).toEqual([99, 1]);
    expect(await ask(strict, 2)).toEqual([97, 0]);
    expect(await ask(strict, 0)).toEqual([99, 0]);
    expect(await ask(always, 1)).toEqual([98, 0]);
  });

  test('never over, when many ask at once across slots', async () => {
    const router = new RequestRouter(
      policyOf([
        {name: 'x', key: '{ip}', buckets: [gcraSpec(1_000, MINUTE, 1_000)]},
        {name: 'y', key: '{tenant}', buckets: [gcraSpec(20, YEAR, 20)]},
      ]),
    );
    const answers = await Promise.all(
      Array.from({length: 200}, (_, i) =>
        store.check([router.route({ip: `10.1.0.${i % 7}`, tenant: 'busy'}, OPTIONS)]),
      ),
    );
    const allowed = answers.filter(([answer]) => answer!.verdicts.every(({kind}) => kind === 0));
    expect(allowed.length).toBe(20);
  });

  test('rows of all nodes are listed, read and changed', async () => {
    const addresses = Array.from({length: 50}, (_, i) => ({
      limit: 'listed',
      key: `{k}${i}`,
      tier: '',
      shape: 't',
    }));
    const changes = addresses.map((address, i) => ({
      address,
      expected: undefined,
      next: {words: [1, 2, i], expiresAt: Date.now() * 1_000 + 3_600 * S},
    }));
    expect((await store.change(changes)).every(({outcome}) => outcome === 'done')).toBe(true);
    const rows = await store.read(addresses);
    expect(rows.map((row) => row?.words[2])).toEqual(addresses.map((_, i) => i));
    const found = new Set<string>();
    for await (const page of store.scan({limit: 'listed', keys: {kind: 'prefix', prefix: '{k}'}}))
      for (const {address} of page.rows) found.add(address.key);
    expect(found.size).toBe(50);
    await store.change(rows.map((row, i) => ({address: addresses[i]!, expected: row, next: undefined})));
    expect(await store.read(addresses)).toEqual(addresses.map(() => undefined));
  });

  test('documents, journals and usage are there', async () => {
    await store.put('override', 'a', {x: 1});
    expect((await store.list('override')).map(({value}) => value)).toEqual([{x: 1}]);
    await store.append('audit', [1, 2]);
    expect((await store.latest('audit', 5)).map(({value}) => value)).toEqual([2, 1]);
    await fc.assert(
      fc.asyncProperty(fc.string({minLength: 1}), async (key) => {
        const address = {limit: 'one', key, tier: '', shape: 'g'};
        const until = Date.now() * 1_000 + MINUTE;
        await store.record({limits: [], keys: [{address, denied: 3, shadow: false, until}]});
        expect(
          (await store.hot(100)).find((hot) => hot.address.key === key)?.deniedLastMinute,
        ).toBeGreaterThan(0);
        await store.forget([address]);
      }),
      {numRuns: 20},
    );
    await store.announce();
    expect(await store.generation()).toBe(1);
  });

  test('a queue is in one slot, and the clock is that of the server that has it', async () => {
    await store.enqueue(
      'mail',
      queueItems(1_001, (i) => ({class: i % 2 === 0 ? 'even' : 'odd'})),
    );
    await store.enqueue('other', queueItems(1));
    const claimed = await store.claim('mail', {count: 3, leaseFor: MINUTE});
    expect(await store.settle('mail', claimed[0]!, {kind: 'dead', error: 'x'})).toBe(true);
    expect(await store.settle('mail', claimed[1]!, {kind: 'done'})).toBe(true);
    expect(await store.extend('mail', claimed[2]!, 60 * MINUTE)).toBe(true);
    expect(await store.queues()).toMatchObject([
      {
        queue: 'mail',
        waiting: new Map([
          ['even', 499],
          ['odd', 499],
        ]),
        due: 998,
        claimed: 1,
        dead: 1,
      },
      {queue: 'other', due: 1},
    ]);
    expect((await store.items('mail', 'waiting', 2)).map(({payload}) => payload)).toEqual([3, 4]);
    expect(await store.drain('mail', 'waiting')).toHaveLength(998);
    const admins = cluster.nodes.map(({url}) => new Redis(url, {protocol: 2}));
    const found = await Promise.all(admins.map((admin) => admin.keys('*~:{~}:queue*')));
    expect(new Set(found.flat().map(keySlot)).size).toBe(1);
    const owner = found.findIndex((names) => names.length > 0);
    expect(found[owner]!.length).toBeGreaterThan(10);
    const times = async (): Promise<number[]> => {
      const stats = await Promise.all(admins.map((admin) => admin.info('commandstats')));
      return stats.map((said) => Number(/cmdstat_time:calls=(\d+)/.exec(said)?.[1] ?? 0));
    };
    const before = await times();
    for (let i = 0; i < 20; i++) {
      await store.now();
      // A document ends by the same clock.
      await store.get('override', 'a');
      await store.hot(1);
    }
    const after = await times();
    expect(after.map((count, i) => count - before[i]!)).toEqual(after.map((_, i) => (i === owner ? 60 : 0)));
    for (const admin of admins) admin.disconnect();
  });

  test(
    'whatever node is told, a listener hears of it, and a node that ends is replaced',
    async () => {
      const admins = cluster.nodes.map(({url}) => new Redis(url, {protocol: 2}).on('error', () => {}));
      await Promise.all(admins.map((admin) => admin.config('SET', 'cluster-require-full-coverage', 'no')));
      let heard = 0;
      const stop = await store.listen(() => heard++);
      let announced = 0;
      const announce = async (): Promise<void> => {
        await store.announce();
        announced++;
      };
      for (let i = 0; i < 6; i++) {
        // Sooner than anybody who only asks would hear of it.
        await expectInTime(300, () => msUntilHeard(announce, () => heard));
        expect(heard).toBe(announced);
      }
      const lists = await Promise.all(admins.map((admin) => admin.call('client', 'list', 'type', 'pubsub')));
      const node = cluster.nodes[lists.findIndex((list) => String(list).includes('id='))]!;
      await node.kill();
      await expect.poll(() => heard, PATIENTLY).toBeGreaterThan(announced);
      await stop();
      for (const admin of admins) admin.disconnect();
    },
    2 * PATIENCE_MS,
  );
});
