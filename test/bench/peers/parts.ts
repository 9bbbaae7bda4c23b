/** Contenders that decide requests, part by part. */
import {startPostgres} from '../../support/servers/postgres-server.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import type {KeySet, Load} from './contender.ts';
import type {Durability} from './in-postgres.ts';
import {closeAll, type Measured, type Part, type Plan} from './measured.ts';
import {pgbenches, redisBenchmarks} from './programs.ts';
import {inProcess, inTurns, type Runner} from './rounds.ts';

const measure = async (
  {rounds, ms, say}: Plan,
  id: string,
  title: string,
  runners: readonly Runner[],
  load: Omit<Load, 'ms'>,
): Promise<Measured> => {
  say(title);
  const outcomes = await inTurns(runners, {...load, ms}, rounds);
  const rows = [...outcomes].map(([name, all]) => ({
    name,
    values: all.map(({rate}) => rate),
    ...(all[0]?.cpu === undefined ? {} : {cpu: all.map(({cpu = 0}) => cpu)}),
  }));
  return {id, title, unit: 'per second', rows};
};

const KEY_SETS: readonly (readonly [keySet: KeySet, keys: number, title: string])[] = [
  ['hot', 1, 'one key'],
  ['uniform', 100_000, '100,000 keys, each as often'],
  ['zipf', 1_000_000, '1,000,000 keys, Zipf(1)'],
];

export const memoryPart: Part = async (plan) => {
  const measured: Measured[] = [];
  for (const [keySet, keys, title] of KEY_SETS) {
    const names = ['ratectl', 'rate-limiter-flexible', 'express-rate-limit', 'the engine in a replay'];
    const runners = await Promise.all(names.map((name) => inProcess('in-memory', name, {keys, keySet})));
    const load = {callers: 1, keys, keySet, stride: 64};
    measured.push(await measure(plan, `memory ${keySet}`, `In memory: ${title}`, runners, load));
    await closeAll(runners);
  }
  return measured;
};

export const redisPart: Part = async (plan) => {
  const server = await startRedis();
  const settings = {keys: 10_000, url: server.url};
  const open = (names: readonly string[]): Promise<Runner[]> =>
    Promise.all(names.map((name) => inProcess('in-redis', name, settings)));
  const load = {keys: 10_000, keySet: 'uniform', stride: 1} as const;
  const single = [
    ...(await open(['ratectl', 'bare ioredis', 'rate-limiter-flexible', 'express + rate-limit-redis'])),
    ...(await redisBenchmarks(server.port)),
  ];
  const four = await open(['ratectl, four buckets', 'rate-limiter-flexible × 4']);
  const measured: Measured[] = [];
  for (const callers of [1, 50, 200]) {
    const title = `Redis: ${callers} caller${callers === 1 ? '' : 's'}`;
    measured.push(await measure(plan, `redis ${callers}`, title, single, {...load, callers}));
    measured.push(
      await measure(plan, `redis four ${callers}`, `${title}, four buckets a key`, four, {...load, callers}),
    );
  }
  await closeAll([...single, ...four]);
  await server.stop();
  return measured;
};

const DURABILITIES: Readonly<Record<Durability, string>> = {
  on: 'each commit on disk',
  off: 'synchronous_commit off',
  unlogged: 'unlogged table',
};

export const postgresPart: Part = async (plan) => {
  const server = await startPostgres({durability: 'on', settings: ['max_connections=250']});
  const measured: Measured[] = [];
  for (const durability of ['on', 'off', 'unlogged'] as const) {
    const unlogged = durability === 'unlogged' ? 'unlogged ' : '';
    await server.sql(
      `create ${unlogged}table shortest_${durability} (key text primary key, tat float8 not null) with (fillfactor = 50)`,
    );
    const settings = {keys: 1_000, port: server.port, durability};
    const names = ['ratectl', 'bare pg', 'rate-limiter-flexible'];
    const runners = [
      ...(await Promise.all(names.map((name) => inProcess('in-postgres', name, settings)))),
      ...pgbenches(server.port, durability, plan.folder),
    ];
    for (const callers of [1, 10, 50]) {
      const title = `Postgres, ${DURABILITIES[durability]}: ${callers} caller${callers === 1 ? '' : 's'}`;
      const load = {callers, keys: 1_000, keySet: 'uniform', stride: 1} as const;
      measured.push(await measure(plan, `postgres ${durability} ${callers}`, title, runners, load));
    }
    await closeAll(runners);
  }
  await server.stop();
  return measured;
};

export const sqlitePart: Part = async (plan) => {
  const settings = {keys: 100_000, folder: plan.folder};
  const names = ['ratectl', 'bare upsert', 'bare read and upsert'];
  const runners = await Promise.all(names.map((name) => inProcess('in-sqlite', name, settings)));
  const measured: Measured[] = [];
  for (const callers of [1, 50]) {
    const title = `SQLite: ${callers} caller${callers === 1 ? '' : 's'}`;
    const load = {callers, keys: 100_000, keySet: 'uniform', stride: 1} as const;
    measured.push(await measure(plan, `sqlite ${callers}`, title, runners, load));
  }
  await closeAll(runners);
  return measured;
};
