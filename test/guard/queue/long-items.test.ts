import {setImmediate} from 'node:timers/promises';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {memoryStore} from '../support.ts';
import {gate, queueFor, SPEC} from './queue-support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapBytes = async (): Promise<number> => {
  for (let i = 0; i < 3; i++) {
    await setImmediate();
    collect();
  }
  return process.memoryUsage().heapUsed;
};

test('an item that takes long costs no memory for each short one that is done beside it', async () => {
  const queue = await queueFor({store: memoryStore(), spec: {...SPEC, lease: 60_000_000}});
  const long = gate();
  let done = 0;
  queue.work(
    async (payload) => {
      if (payload === 'long') return long.opened;
      // The worker finds all of its places taken meanwhile.
      await setImmediate();
      await setImmediate();
      done++;
    },
    {concurrency: 2},
  );
  await queue.add('long', {class: 'high'});
  const work = async (items: number): Promise<void> => {
    const goal = done + items;
    for (let i = 0; i < items; i++) await queue.add('short', {class: 'high'});
    while (done < goal) await setImmediate();
  };
  await work(2_000);
  const before = await heapBytes();
  await work(15_000);
  const grown = (await heapBytes()) - before;
  long.open();
  expect(grown).toBeLessThan(700_000);
});
