/** Limiters that keep their state in one Redis. */

import type {Options} from 'express-rate-limit';
import {Redis} from 'ioredis';
import {type RedisReply, RedisStore} from 'rate-limit-redis';
import {RateLimiterRedis} from 'rate-limiter-flexible';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {type Contender, keyNames, POINTS, type Settings, WINDOW_S} from './contender.ts';
import {FOUR_BUCKETS, ONE_BUCKET} from './policies.ts';

/** GCRA of one number, as short as it can be. */
export const SHORTEST_GCRA = `
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

const clientOf = ({url}: Settings): Redis => new Redis(String(url), {protocol: 2});
const namesOf = ({keys}: Settings): readonly string[] => keyNames(Number(keys));

const ratectl =
  (policy: typeof ONE_BUCKET | typeof FOUR_BUCKETS): Contender =>
  async (settings) => {
    const names = namesOf(settings);
    const limiter = await createLimiter({policy, store: String(settings['url']), failFast: true});
    return {take: (i) => limiter.check({key: names[i]!}), close: () => limiter.close()};
  };

const flexible = (client: Redis, keyPrefix: string): RateLimiterRedis =>
  new RateLimiterRedis({storeClient: client, points: POINTS, duration: WINDOW_S, keyPrefix});

export const contenders: Record<string, Contender> = {
  ratectl: ratectl(ONE_BUCKET),
  'ratectl, four buckets': ratectl(FOUR_BUCKETS),
  'rate-limiter-flexible': (settings) => {
    const names = namesOf(settings);
    const client = clientOf(settings);
    const limiter = flexible(client, 'f');
    return {take: (i) => limiter.consume(names[i]!), close: () => client.quit()};
  },
  'rate-limiter-flexible × 4': (settings) => {
    const names = namesOf(settings);
    const client = clientOf(settings);
    const limiters = ['a', 'b', 'c', 'd'].map((prefix) => flexible(client, prefix));
    return {
      take: (i) => Promise.all(limiters.map((limiter) => limiter.consume(names[i]!))),
      close: () => client.quit(),
    };
  },
  'express + rate-limit-redis': async (settings) => {
    const names = namesOf(settings);
    const client = clientOf(settings);
    const store = new RedisStore({
      sendCommand: (command: string, ...args: string[]) =>
        client.call(command, ...args) as Promise<RedisReply>,
    });
    await store.init({windowMs: WINDOW_S * 1_000} as Options);
    return {take: (i) => store.increment(names[i]!), close: () => client.quit()};
  },
  'bare ioredis': async (settings) => {
    const names = namesOf(settings).map((name) => `b:{${name}}`);
    const client = clientOf(settings);
    const sha = (await client.script('LOAD', SHORTEST_GCRA)) as string;
    return {take: (i) => client.evalsha(sha, 1, names[i]!, 60, 60_000_000), close: () => client.quit()};
  },
};
