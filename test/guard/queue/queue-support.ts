import {onTestFinished} from 'vitest';
import type {QueueSpec} from '../../../src/engine/queue-spec.ts';
import {createQueue} from '../../../src/guard/queue/create-queue.ts';
import type {QueueOptions} from '../../../src/guard/queue/queue-options.ts';
import type {WorkQueue} from '../../../src/guard/queue/work-queue.ts';
import type {QueueFacts, Store} from '../../../src/store/port.ts';
import {MINUTE, MS, S} from '../../support/instants.ts';
import {memoryStore} from '../support.ts';

/** Short waits, and a lease that outlasts whatever holds a test up. */
export const SPEC: QueueSpec = {
  name: 'mail',
  classes: [
    {name: 'high', handicap: 0},
    {name: 'low', handicap: MINUTE},
  ],
  maxAttempts: 3,
  lease: 30 * S,
  backoff: {first: 20 * MS, most: 40 * MS},
};

/** For what happens when a lease ends. */
export const SHORT_LEASE: QueueSpec = {...SPEC, lease: 300 * MS};

/** A queue that is closed when the test has ended. */
export const queueFor = async (options: QueueOptions = {}): Promise<WorkQueue<string>> => {
  const queue = await createQueue<string>({store: memoryStore(), spec: SPEC, ...options});
  onTestFinished(() => queue.close());
  return queue;
};

/** Facts of the queue of `SPEC`; undefined when nothing is in it. */
export const mailFacts = async (store: Store): Promise<QueueFacts | undefined> =>
  (await store.queues()).find(({queue}) => queue === SPEC.name);

export const isEmpty = async (store: Store): Promise<boolean> => (await mailFacts(store)) === undefined;

/** Resolves when it is told to. */
export const gate = (): {readonly opened: Promise<void>; open(): void} => {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {opened: promise, open: resolve};
};
