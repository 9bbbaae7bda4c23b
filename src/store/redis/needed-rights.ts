/** Commands that the store sends, as docs/stores.md grants them; each with arguments that it could be called with. */

/** Where in the arguments the name of a key under our prefix belongs, or that of a channel. */
export const KEY = Symbol('key');
export const CHANNEL = Symbol('channel');
type Argument = string | typeof KEY | typeof CHANNEL;

/** A command as it could be sent. The name is `script|load` for a subcommand. */
export type SampleCommand = readonly [name: string, ...args: readonly Argument[]];

/** Of everybody who looks. */
export const READING: readonly SampleCommand[] = [
  ['time'],
  ['get', KEY],
  ['mget', KEY],
  ['scan', '0'],
  ['type', KEY],
  ['pttl', KEY],
  ['hget', KEY, 'f'],
  ['hgetall', KEY],
  ['hmget', KEY, 'f'],
  ['smembers', KEY],
  ['zcard', KEY],
  ['zcount', KEY, '0', '1'],
  ['zrange', KEY, '0', '1'],
  ['zrevrange', KEY, '0', '1'],
  ['zrevrangebyscore', KEY, '1', '0'],
  ['zmscore', KEY, 'm'],
  ['xrevrange', KEY, '+', '-'],
  ['info', 'server'],
  ['ping'],
];

/** Of applications, and commands that change something, beyond those. */
export const WRITING: readonly SampleCommand[] = [
  ['evalsha', 'ffffffffffffffffffffffffffffffffffffffff', '1', KEY],
  ['eval', 'return 0', '1', KEY],
  ['script|load', 'return 0'],
  ['set', KEY, 'v', 'XX'],
  ['del', KEY],
  ['incr', KEY],
  ['hset', KEY, 'f', 'v'],
  ['hdel', KEY, 'f'],
  ['hincrby', KEY, 'f', '0'],
  ['hlen', KEY],
  ['sadd', KEY, 'm'],
  ['srem', KEY, 'm'],
  ['zadd', KEY, 'XX', '0', 'm'],
  ['zincrby', KEY, '0', 'm'],
  ['zrangebyscore', KEY, '0', '1'],
  ['zrem', KEY, 'm'],
  ['zremrangebyrank', KEY, '1', '0'],
  ['zremrangebyscore', KEY, '1', '0'],
  ['zscore', KEY, 'm'],
  ['xadd', KEY, 'NOMKSTREAM', '*', 'f', 'v'],
  ['expire', KEY, '1'],
];

/** Who may not publish or subscribe hears, and is heard, later. */
export const NEWS: readonly SampleCommand[] = [
  ['publish', CHANNEL, ''],
  ['subscribe', CHANNEL],
];
