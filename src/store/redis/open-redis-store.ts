import type {Store} from '../port.ts';
import type {RedisTarget, StoreOptions} from '../store-target.ts';
import {RedisConnection} from './redis-connection.ts';
import {prefixOf} from './redis-prefix.ts';
import {RedisStore} from './redis-store.ts';

/**
 * Opens a store in Redis 6.2 or newer, or Valkey. Rejects with a `StoreError` within `timeoutMs` when it cannot be used, also
 * with `connection: 'reconnect'`: an application learns at its start that a password is wrong.
 *
 * What its users may do (`ACL SETUSER`), for the prefix `rl:`:
 *
 *   application  ~rl:* &rl:~news &rl:~topics +evalsha +eval +script|load +time +get +mget +scan +type +pttl +set +del +incr +hget
 *                +hgetall +hset +hdel +hincrby +hlen +hmget +sadd +smembers +srem +zadd +zcard +zcount +zincrby +zrange
 *                +zrangebyscore +zrem +zremrangebyrank +zremrangebyscore +zrevrange +zrevrangebyscore +zscore +zmscore +xadd +xrevrange
 *                +expire +multi +exec +publish +subscribe +info +ping +select +client|setname
 *   read-only    ~rl:* &rl:~news &rl:~topics +time +get +mget +scan +type +pttl +hget +hgetall +hmget +smembers +zcard +zcount
 *                +zrange +zrevrange +zrevrangebyscore +zmscore +xrevrange +multi +exec +subscribe +info +ping +select
 *                +client|setname
 *
 * Who may not subscribe asks for the generation every 500 ms, and for topics every 50 ms; who may not publish is heard of within 5 s.
 * In a Cluster both need `+cluster|slots +cluster|info +readonly` too. Without `+info` the version is not checked.
 */
export const openRedisStore = async (target: RedisTarget, options: StoreOptions): Promise<Store> => {
  const prefix = prefixOf(target, options.prefix);
  const connection = await RedisConnection.open(target, options);
  return new RedisStore({
    connection,
    prefix,
    topology: target.topology.kind,
    ...(options.slack === undefined ? {} : {slack: options.slack}),
    ...(options.clock === undefined ? {} : {clock: options.clock}),
  });
};
