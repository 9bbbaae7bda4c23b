import type {TestProject} from 'vitest/node';
import {startPostgres} from './postgres-server.ts';
import {startRedis} from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A Redis or Valkey for all tests of the run. Shared: a test keeps to a random prefix. */
    redisUrl: string;
    /** A Postgres for all tests of the run. Shared: a test keeps to a random schema. */
    databaseUrl: string;
  }
}

/** Takes `REDIS_URL` and `DATABASE_URL` when they are given, else starts private servers and stops them at the end. */
export const setup = async ({provide}: TestProject): Promise<() => Promise<void>> => {
  const given = {redis: process.env['REDIS_URL'], postgres: process.env['DATABASE_URL']};
  const [redis, postgres] = await Promise.all([
    given.redis === undefined ? startRedis() : undefined,
    given.postgres === undefined ? startPostgres() : undefined,
  ]);
  provide('redisUrl', given.redis ?? redis!.url);
  provide('databaseUrl', given.postgres ?? postgres!.url);
  return async () => {
    await Promise.all([redis?.stop(), postgres?.stop()]);
  };
};
