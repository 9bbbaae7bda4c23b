import {expect, test} from 'vitest';
import {createQueue} from '../../../src/guard/queue/create-queue.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {memoryStore} from '../support.ts';

const POLICY = {
  version: 1,
  queue: {mail: {classes: ['high', 'low'], maxAttempts: 2, lease: '30s'}, bills: {}},
} as const;

test('a queue is what the policy says about the one that is named', async () => {
  const queue = await createQueue({policy: POLICY, queue: 'mail', store: memoryStore()});
  expect(queue.spec).toMatchObject({
    name: 'mail',
    classes: [
      {name: 'high', handicap: 0},
      {name: 'low', handicap: MINUTE},
    ],
    maxAttempts: 2,
    lease: 30 * S,
  });
  await queue.close();
});

test('which one has to be said when there are several, and there has to be one', async () => {
  const store = memoryStore();
  await expect(createQueue({policy: POLICY, store})).rejects.toThrow(
    'createQueue: the policy describes several queues: mail, bills',
  );
  await expect(createQueue({policy: POLICY, queue: 'post', store})).rejects.toThrow(
    'createQueue: queue is "post", expected mail, bills',
  );
  const limits = {version: 1, limits: [{name: 'a', key: '{ip}', rate: '1/s'}]} as const;
  await expect(createQueue({policy: limits, store})).rejects.toThrow('the policy describes no queue');
});
