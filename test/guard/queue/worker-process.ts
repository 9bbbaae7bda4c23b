/**
 * A process that works on the queue of a state file and prints what it begins and ends, at once, so that what a killed one did is
 * known.
 *
 *   node worker-process.ts FILE
 */
import {writeSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {createQueue} from '../../../src/guard/queue/create-queue.ts';
import {SHARED_SPEC} from './shared-spec.ts';

const queue = await createQueue<number>({store: `sqlite:${process.argv[2]}`, spec: SHARED_SPEC});
const worker = queue.work(async (number, {attempt}) => {
  writeSync(1, `begin ${number} ${attempt}\n`);
  await setTimeout(2);
  writeSync(1, `end ${number} ${attempt}\n`);
});
process.once('SIGTERM', () => {
  void worker.stop().then(() => queue.close());
});
