import {Redis} from 'ioredis';
import {inject} from 'vitest';
import {describeStore} from '../contract.ts';
import {openTestStore, randomPrefix} from './redis-target.ts';

describeStore('the Redis store', async () => {
  const url = inject('redisUrl');
  const prefix = randomPrefix();
  return {
    open: (options = {}) => openTestStore(url, {prefix, ...options}),
    remove: async () => {
      const client = new Redis(url, {protocol: 2});
      for await (const names of client.scanStream({match: `${prefix}*`, count: 1_000})) {
        if (names.length > 0) await client.unlink(...names);
      }
      client.disconnect();
    },
  };
});
