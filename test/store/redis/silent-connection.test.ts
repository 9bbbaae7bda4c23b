import {afterAll, beforeAll, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {eventually, PATIENCE_MS} from '../../support/in-time.ts';
import {policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';
import {type SilencedWay, silencedWay} from '../../support/servers/silenced-way.ts';

const TIMEOUT_MS = 200;

let redis: RedisServer;
let way: SilencedWay;

beforeAll(async () => {
  redis = await startRedis();
  way = await silencedWay(redis.port);
});

afterAll(async () => {
  way.close();
  await redis.stop();
});

const router = new RequestRouter(policyOf([{name: 'api', buckets: [tokenBucketSpec(100, 1_000_000)]}]));
const ask = (store: Store): Promise<unknown> =>
  store.check([router.route({key: 'a'}, {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY})]);

test.each([
  ['checks', ask],
  ['other calls', (store: Store): Promise<unknown> => store.generation()],
])(
  'a connection through which nothing comes any more is given up, and %s go through another',
  async (_, call) => {
    const store = await eventually(() =>
      openStore(parseStoreUrl(`redis://127.0.0.1:${way.port}`), {
        access: 'write',
        connection: 'reconnect',
        timeoutMs: TIMEOUT_MS,
      }),
    );
    await eventually(() => call(store));
    way.silence();
    await expect(call(store)).rejects.toThrow(/did not answer|no answer|time/i);
    await eventually(() => call(store));
    await store.close();
  },
  3 * PATIENCE_MS,
);
