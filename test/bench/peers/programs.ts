/** Programs that ask a server with nothing between: what it can do by itself. */
import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {Redis} from 'ioredis';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {Charge, RequestCodec} from '../../../src/store/redis/request-codec.ts';
import {ScriptLibrary} from '../../../src/store/redis/script-library.ts';
import {gcraSpec, policyOf} from '../../support/policies.ts';
import {findBinary} from '../../support/servers/find-binary.ts';
import {POINTS, WINDOW_S} from './contender.ts';
import {type Durability, sessionOf, shortestBucket} from './in-postgres.ts';
import type {Runner} from './rounds.ts';

const run = promisify(execFile);

/** The script that decides one check of ours, with the check put into it: redis-benchmark cuts arguments at a zero byte. */
const ownScript = async (url: string): Promise<string> => {
  const limit = {name: 'bench', buckets: [gcraSpec(POINTS, WINDOW_S * 1_000_000, POINTS)]};
  const check = new RequestRouter(policyOf([limit])).route(
    {key: 'user'},
    {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY},
  );
  const asks = [{check, charge: Charge.always}];
  const {bytes, features} = new RequestCodec().encode(asks, {slack: 5_000_000, now: undefined, estimate: 0});
  const literal = `"${[...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  const source = new ScriptLibrary().forFeatures(features).source.replace('ARGV[1]', () => literal);
  const client = new Redis(url, {protocol: 2});
  const sha = (await client.script('LOAD', source)) as string;
  await client.quit();
  return sha;
};

/** Requests enough for about the time that the others have. */
const requestsIn = (ms: number, callers: number): number =>
  Math.round((ms / 1_000) * (callers === 1 ? 12_000 : 90_000));

export const redisBenchmarks = async (port: number): Promise<readonly Runner[]> => {
  const program = findBinary('redis-benchmark');
  if (program === undefined) return [];
  const sha = await ownScript(`redis://127.0.0.1:${port}`);
  const runner = (name: string, pipeline: number, command: readonly string[]): Runner => ({
    name,
    run: async ({callers, ms, keys}) => {
      const count = requestsIn(ms, callers) * (pipeline > 1 ? 2 : 1);
      const sizes = ['-n', String(count), '-c', String(callers), '-P', String(pipeline), '-r', String(keys)];
      const {stdout} = await run(program, ['-p', String(port), ...sizes, '--csv', ...command]);
      return {rate: Number(/","([\d.]+)"/.exec(stdout)?.[1])};
    },
  });
  const key = '{user-__rand_int__}';
  return [
    runner('redis-benchmark, our script', 1, ['evalsha', sha, '1', `rl:x:g:${key}`]),
    runner('redis-benchmark -P 16', 16, ['evalsha', sha, '1', `rl:x:g:${key}`]),
    runner('redis-benchmark SET', 1, ['set', key, '1']),
    runner('redis-benchmark INCR', 1, ['incr', `i${key}`]),
  ];
};

export const pgbenches = (port: number, durability: Durability, folder: string): readonly Runner[] => {
  const program = findBinary('pgbench');
  if (program === undefined) return [];
  const runner = (name: string, file: string, sql: (keys: number) => string): Runner => ({
    name,
    run: async ({callers, ms, keys}) => {
      const script = join(folder, `${file}-${durability}.sql`);
      writeFileSync(script, `\\set k random(0, ${keys - 1})\n${sql(keys).replaceAll('\n', ' ')};\n`);
      const seconds = String(Math.max(1, Math.round(ms / 1_000)));
      const who = [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'ratectl',
        '-n',
        '-M',
        'prepared',
        '-f',
        script,
      ];
      const sizes = ['-c', String(callers), '-j', String(Math.min(2, callers)), '-T', seconds];
      const env = {...process.env, PGOPTIONS: sessionOf(durability)};
      const {stdout} = await run(program, [...who, ...sizes, 'postgres'], {env});
      return {rate: Number(/tps = ([\d.]+)/.exec(stdout)![1])};
    },
  });
  return [
    runner('pgbench, token bucket', 'bucket', () => shortestBucket(`shortest_${durability}`, "'b' || :k")),
    runner('pgbench, select 1', 'select', () => 'select 1'),
  ];
};
