import {expect, onTestFinished, test} from 'vitest';
import {openTestStore, serverForTests} from './postgres-place.ts';

const server = serverForTests();

test('a role with fewer connections than the pool is served by those it gets', async () => {
  await server().sql('create role few login connection limit 2; grant create on database postgres to few');
  const store = await openTestStore(server().urlOf({user: 'few'}), {connection: 'reconnect'});
  onTestFinished(() => store.close());
  const answers = await Promise.allSettled(Array.from({length: 40}, () => store.get('kind', 'id')));
  expect(answers.filter(({status}) => status === 'rejected')).toEqual([]);
});
