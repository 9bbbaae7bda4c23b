import {describeStore} from '../contract.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();

describeStore('the Postgres store', async () => {
  const schema = randomSchema();
  return {
    open: (options = {}) => openTestStore(server().url, {schema, ...options}),
    remove: async () => {
      await server().sql(`set client_min_messages = error; drop schema ${schema} cascade`);
    },
  };
});
