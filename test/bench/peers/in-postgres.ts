/** Limiters that keep their state in one Postgres. */
import pg from 'pg';
import {RateLimiterPostgres} from 'rate-limiter-flexible';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {type Contender, keyNames, POINTS, type Settings} from './contender.ts';
import {ONE_BUCKET} from './policies.ts';

/** A token bucket as one statement, as short as it can be: `tat` is the instant at which the bucket is full again, µs. */
export const shortestBucket = (table: string, key: string): string =>
  `insert into ${table} as g (key, tat) values (${key}, extract(epoch from clock_timestamp()) * 1000000 + 1)
   on conflict (key) do update set tat = greatest(g.tat, excluded.tat - 1) + 1
   where greatest(g.tat, excluded.tat - 1) <= excluded.tat + 1000000 returning tat`;

/** Ways in which Postgres may lose what it has said. */
export type Durability = 'on' | 'off' | 'unlogged';

export const sessionOf = (durability: Durability): string =>
  durability === 'off' ? '-c synchronous_commit=off' : '';

const poolOf = ({port, durability}: Settings): pg.Pool => {
  const options = sessionOf(durability as Durability);
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: Number(port),
    user: 'ratectl',
    database: 'postgres',
    options,
  });
  pool.on('error', () => {});
  return pool;
};

const urlOf = ({port, durability}: Settings): string => {
  const more = {on: '', off: '&synchronous_commit=off', unlogged: '&unlogged=true'}[durability as Durability];
  return `postgres://ratectl@127.0.0.1:${port}/postgres?schema=bench_${durability}&sslmode=disable${more}`;
};

const namesOf = ({keys}: Settings): readonly string[] => keyNames(Number(keys));

export const contenders: Record<string, Contender> = {
  ratectl: async (settings) => {
    const names = namesOf(settings);
    const limiter = await createLimiter({
      policy: ONE_BUCKET,
      store: urlOf(settings),
      failFast: true,
      timeoutMs: 5_000,
    });
    return {take: (i) => limiter.check({key: names[i]!}), close: () => limiter.close()};
  },
  'rate-limiter-flexible': async (settings) => {
    const names = namesOf(settings);
    const pool = poolOf(settings);
    const tableName = `flexible_${settings['durability']}`;
    const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
      const made: RateLimiterPostgres = new RateLimiterPostgres(
        {storeClient: pool, points: POINTS, duration: 3_600, tableName, clearExpiredByTimeout: false},
        (error) => (error === undefined ? resolve(made) : reject(error)),
      );
    });
    if (settings['durability'] === 'unlogged') await pool.query(`alter table ${tableName} set unlogged`);
    return {take: (i) => limiter.consume(names[i]!), close: () => pool.end()};
  },
  'bare pg': (settings) => {
    const names = namesOf(settings);
    const pool = poolOf(settings);
    const text = shortestBucket(`shortest_${settings['durability']}`, '$1');
    return {take: (i) => pool.query({name: 'shortest', text, values: [names[i]!]}), close: () => pool.end()};
  },
};
