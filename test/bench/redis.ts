/**
 * Decisions per second of the Redis store beside others on the same server, in one run: `node test/bench/redis.ts [seconds]`.
 * Absolute figures do not travel; ratios do. Nothing is asserted.
 *
 * - bare: ioredis and a GCRA script of one number, as short as it can be;
 * - flexible: rate-limiter-flexible on ioredis;
 * - store: checks of this store, those of one tick in one call, as the limiter asks them;
 * - redis-benchmark: the server alone with this store's script, `-P 16`.
 */
import {execFileSync} from 'node:child_process';
import {Redis} from 'ioredis';
import {RateLimiterRedis} from 'rate-limiter-flexible';
import type {Check, CheckAnswer} from '../../src/engine/live/check.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import type {Store} from '../../src/store/port.ts';
import {openRedisStore} from '../../src/store/redis/open-redis-store.ts';
import {Charge, RequestCodec} from '../../src/store/redis/request-codec.ts';
import {ScriptLibrary} from '../../src/store/redis/script-library.ts';
import {gcraSpec, policyOf, slidingWindowSpec, tokenBucketSpec} from '../support/policies.ts';
import {findBinary} from '../support/servers/find-binary.ts';
import {startRedis} from '../support/servers/redis-server.ts';

const S = 1_000_000;
const KEYS = 10_000;
const CALLERS = [1, 50, 200];
const seconds = Number(process.argv[2] ?? 2);

const BARE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tat = tonumber(redis.call('GET', KEYS[1]) or 0)
if tat < now then tat = now end
local interval = tonumber(ARGV[1])
if tat + interval - tonumber(ARGV[2]) > now then return {0, tat + interval - tonumber(ARGV[2]) - now} end
tat = tat + interval
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 5000)
return {1, 0}
`;

/** Asks checks that come in one tick together, as the guard does. */
class Together {
  readonly #store: Store;
  #waiting: {check: Check; resolve: (answer: CheckAnswer) => void; reject: (error: unknown) => void}[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  check(check: Check): Promise<CheckAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({check, resolve, reject});
      if (this.#waiting.length === 1) process.nextTick(() => queueMicrotask(() => this.#send()));
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#store.check(waiting.map(({check}) => check)).then(
      (answers) => {
        for (const [i, {resolve}] of waiting.entries()) resolve(answers[i]!);
      },
      (error: unknown) => {
        for (const {reject} of waiting) reject(error);
      },
    );
  }
}

/** Calls per second of `callers` loops, after a warm-up. */
const rate = async (callers: number, call: (i: number) => Promise<unknown>, perCall = 1): Promise<number> => {
  let done = 0;
  let i = 0;
  const loop = async (end: number): Promise<void> => {
    while (performance.now() < end) {
      await call(i++ % KEYS);
      done++;
    }
  };
  const phase = async (length: number): Promise<number> => {
    done = 0;
    const from = performance.now();
    await Promise.all(Array.from({length: callers}, () => loop(from + length * 1_000)));
    return (done * perCall) / ((performance.now() - from) / 1_000);
  };
  await phase(seconds / 4);
  return phase(seconds);
};

const routerOf = (...buckets: AlgorithmSpec[]): RequestRouter =>
  new RequestRouter(policyOf([{name: 'bench', buckets}]));

const server = await startRedis();
const bare = new Redis(server.url, {protocol: 2});
const store = await openRedisStore(
  {
    kind: 'redis',
    topology: {kind: 'single'},
    hosts: [{host: '127.0.0.1', port: server.port}],
    tls: false,
    username: undefined,
    password: undefined,
    database: 0,
    parameters: new Map(),
  },
  {access: 'write', connection: 'reconnect'},
);
const together = new Together(store);
const flexible = new RateLimiterRedis({storeClient: bare, points: 1_000_000, duration: 60, keyPrefix: 'f'});
const sha = (await bare.script('LOAD', BARE)) as string;

const gcra = routerOf(gcraSpec(1_000_000, 60 * S, 1_000_000));
const four = routerOf(
  tokenBucketSpec(1_000_000, S),
  gcraSpec(1_000_000, 60 * S, 1_000_000),
  slidingWindowSpec(100_000_000, 3_600 * S),
  tokenBucketSpec(1_000_000_000, 86_400 * S),
);
const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const checkOf = (router: RequestRouter, i: number): Check => router.route({key: `user-${i}`}, OPTIONS);

/** The server alone with the store's own request, which is put into the script: redis-benchmark cuts arguments at a zero byte. */
const benchmark = async (
  router: RequestRouter,
  callers: number,
  pipeline: number,
  checks: number,
): Promise<number> => {
  const asks = Array.from({length: checks}, (_, i) => ({check: checkOf(router, i), charge: Charge.always}));
  const {bytes, features} = new RequestCodec().encode(asks, {slack: 5 * S, now: undefined, estimate: 0});
  const literal = `"${[...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  const source = new ScriptLibrary().forFeatures(features).source.replace('ARGV[1]', () => literal);
  const sha = (await bare.script('LOAD', source)) as string;
  const keys = asks.map((_, i) => `rl:bench:{user-__rand_int__${i}}`);
  const out = execFileSync(
    findBinary('redis-benchmark')!,
    [
      ...['-p', String(server.port), '-n', String(Math.ceil(300_000 / checks)), '-c', String(callers)],
      ...['-P', String(pipeline), '-r', String(KEYS), '--csv', 'evalsha', sha, String(checks), ...keys],
    ],
    {encoding: 'utf8'},
  );
  return Number(/","([\d.]+)"/.exec(out)?.[1]) * checks;
};

const table: Record<string, Record<string, number>> = {};
const put = (what: string, callers: number, value: number): void => {
  table[what] ??= {};
  table[what][`${callers} callers`] = Math.round(value);
};

await store.check([checkOf(gcra, 0)]);
await store.check([checkOf(four, 0)]);
for (const callers of CALLERS) {
  put(
    'bare ioredis, GCRA',
    callers,
    await rate(callers, (i) => bare.evalsha(sha, 1, `b:{${i}}`, 60, 60 * S)),
  );
  put('flexible', callers, await rate(callers, (i) => flexible.consume(`user-${i}`)));
  put('store, each alone', callers, await rate(callers, (i) => store.check([checkOf(gcra, i)])));
  put('store, together', callers, await rate(callers, (i) => together.check(checkOf(gcra, i))));
  put(
    'four: flexible in parallel',
    callers,
    await rate(callers, (i) =>
      Promise.all(['a', 'b', 'c', 'd'].map((name) => flexible.consume(`${name}${i}`))),
    ),
  );
  put('four: store, each alone', callers, await rate(callers, (i) => store.check([checkOf(four, i)])));
  put('four: store, together', callers, await rate(callers, (i) => together.check(checkOf(four, i))));
  if (findBinary('redis-benchmark') !== undefined) {
    put('redis-benchmark -P 16, our GCRA script', callers, await benchmark(gcra, callers, 16, 1));
    put('redis-benchmark, our GCRA script', callers, await benchmark(gcra, callers, 1, 1));
    put('redis-benchmark, 50 checks a call', callers, await benchmark(gcra, Math.min(callers, 4), 1, 50));
  }
}
console.table(table);
await store.close();
bare.disconnect();
await server.stop();
