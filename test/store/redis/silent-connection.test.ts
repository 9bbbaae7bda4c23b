import {createConnection, createServer, type Server, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {freePort} from '../../support/servers/free-port.ts';
import {type RedisServer, startRedis} from '../../support/servers/redis-server.ts';

const TIMEOUT_MS = 200;

let redis: RedisServer;
let between: Server;
let port: number;
const passing = new Set<Socket>();

/** From here on nothing passes through connections that are open; neither end is told. New ones are as before. */
const silence = (): void => {
  for (const socket of passing) {
    socket.unpipe();
    socket.resume();
  }
  passing.clear();
};

beforeAll(async () => {
  redis = await startRedis();
  port = await freePort();
  between = createServer((near) => {
    const far = createConnection(redis.port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      passing.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => passing.delete(socket));
    }
  });
  await new Promise<void>((resolve) => between.listen(port, '127.0.0.1', resolve));
});

afterAll(async () => {
  between.close();
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
    const store = await openStore(parseStoreUrl(`redis://127.0.0.1:${port}`), {
      access: 'write',
      connection: 'reconnect',
      timeoutMs: TIMEOUT_MS,
    });
    await call(store);
    silence();
    await expect(call(store)).rejects.toThrow(/did not answer|no answer|time/i);
    const end = performance.now() + 3_000;
    let answered = false;
    while (!answered && performance.now() < end) {
      answered = await call(store).then(
        () => true,
        () => sleep(50).then(() => false),
      );
    }
    expect(answered).toBe(true);
    await store.close();
  },
);
