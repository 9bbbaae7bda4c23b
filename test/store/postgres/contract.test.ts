import {inject} from 'vitest';
import {runSql} from '../../support/servers/postgres-server.ts';
import {describeStore} from '../contract.ts';
import {openTestStore, randomSchema} from './postgres-place.ts';

describeStore('the Postgres store', async () => {
  const url = inject('databaseUrl');
  const schema = randomSchema();
  return {
    open: (options = {}) => openTestStore(url, {schema, ...options}),
    remove: async () => {
      await runSql(url, `set client_min_messages = error; drop schema ${schema} cascade`);
    },
  };
});
