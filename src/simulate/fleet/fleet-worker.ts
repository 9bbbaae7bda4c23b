/**
 * A thread of the fleet. It parses its own blocks of the file and deals their requests out by key, one batch per thread;
 * and it decides the requests of its own share of the keys, from all threads, block after block in the order of the file.
 * A key is decided by one thread only, in order: the decisions are those of a single thread.
 */
import {parentPort, workerData} from 'node:worker_threads';
import {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {BlockParser} from '../../trace/read/block-parser.ts';
import {transferables} from '../../trace/read/parse-protocol.ts';
import {Replay} from '../replay.ts';
import {DealingSink} from './dealing-sink.ts';
import type {FleetJob, FleetMessage, PeerMessage} from './fleet-protocol.ts';

/** How many rounds of blocks a thread parses ahead of what it has decided: bounds the memory of all. */
const ROUNDS_AHEAD = 2;

const job = workerData as FleetJob;
const {index, of, ports} = job;
const blocks = Math.ceil(job.parse.size / job.parse.blockBytes);

const columns = new AttributeColumns();
if (job.keyAlias !== undefined) columns.alias('key', job.keyAlias);
for (const name of job.parse.columns) columns.add(name);
const replay = new Replay(columns, {
  policy: job.policy,
  against: job.against,
  shard: undefined,
  decisions: undefined,
});
const sink = new DealingSink(columns.count, columns.of('key'), of);
const parser = new BlockParser(job.parse, () => sink);
/** Nothing is appended to it: the sink deals out. */
const unused = {count: 0} as RequestBatch;

const inbox = new Map<number, RequestBatch>();
let toParse = index;
let toDecide = 0;
let awake = false;

const tell = (message: FleetMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

const giveBack = (block: number, batch: RequestBatch): void => {
  const port = ports[block % of];
  if (port === undefined) sink.reuse(batch);
  else port.postMessage({kind: 'used', batch} satisfies PeerMessage, transferables(batch));
};

const decideOne = (): boolean => {
  const batch = inbox.get(toDecide);
  if (batch === undefined) return false;
  inbox.delete(toDecide);
  replay.run(batch, 0, batch.count);
  giveBack(toDecide, batch);
  toDecide++;
  if (toDecide === blocks) tell({kind: 'result', index, result: replay.result(job.againstName)});
  return true;
};

const parseOne = (): boolean => {
  if (toParse >= blocks || toParse >= toDecide + ROUNDS_AHEAD * of) return false;
  const block = toParse;
  toParse += of;
  const stats = parser.parse(block, unused);
  const {batches, times} = sink.take();
  batches.forEach((batch, share) => {
    const port = ports[share];
    if (port === undefined) inbox.set(block, batch);
    else port.postMessage({kind: 'requests', block, batch} satisfies PeerMessage, transferables(batch));
  });
  tell({kind: 'parsed', block, times, stats, notes: parser.notes}, [times.buffer as ArrayBuffer]);
  return true;
};

/** One piece of work at a time, so that messages get in between; asleep when there is none. */
const work = (): void => {
  awake = decideOne() || parseOne();
  if (awake) setImmediate(work);
};

const wake = (): void => {
  if (awake) return;
  awake = true;
  setImmediate(work);
};

for (const port of ports) {
  port?.on('message', (message: PeerMessage) => {
    if (message.kind === 'used') sink.reuse(message.batch);
    else inbox.set(message.block, message.batch);
    wake();
  });
}
wake();
