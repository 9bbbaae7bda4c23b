import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {fixedWindowSpec, gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {type RedisClusterServers, startRedisCluster} from '../../support/servers/redis-cluster.ts';
import {randomPrefix, targetOf} from './redis-target.ts';

const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};

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
  });
  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  test('limits of any number of keys hold, wherever the keys are', async () => {
    const router = new RequestRouter(policyOf([{name: 'one', buckets: [gcraSpec(3, MINUTE, 3)]}]));
    const checks = Array.from({length: 1_000}, (_, i) => router.route({key: `key-${i % 200}`}, OPTIONS));
    const answers = await store.check(checks);
    const allowed = answers.filter(({verdicts}) => verdicts[0]!.kind === 0);
    expect(allowed.length).toBe(600);
  });

  test('layers by the same key are asked in one slot, layers by others in two steps: all or nothing', async () => {
    const router = new RequestRouter(
      policyOf([
        {name: 'ip', key: '{ip}', buckets: [tokenBucketSpec(100, MINUTE, 100)]},
        {name: 'tenant', key: '{tenant}', buckets: [tokenBucketSpec(5, MINUTE, 5)]},
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
      {name: 'a', key: '{ip}', buckets: [tokenBucketSpec(100, MINUTE, 100)]},
      {name: 'b', key: '{tenant}', buckets: [fixedWindowSpec(2, 60 * MINUTE, {countDenied: true})]},
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
        {name: 'y', key: '{tenant}', buckets: [gcraSpec(20, 60 * MINUTE, 20)]},
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
    const addresses = Array.from({length: 50}, (_, i) => ({limit: 'listed', key: `{k}${i}`, tier: ''}));
    const changes = addresses.map((address, i) => ({
      address,
      expected: undefined,
      next: {shape: 't', words: [1, 2, i], expiresAt: Date.now() * 1_000 + 3_600 * S},
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
        const address = {limit: 'one', key, tier: ''};
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
});
