/**
 * A thread of the fleet. It parses its own blocks of the file and deals their requests out by key, one batch per thread;
 * and it decides the requests of its own share of the keys, from all threads, block after block in the order of the file.
 * A key is decided by one thread only, in order: the decisions are those of a single thread. Blocks are parsed by whoever has
 * time, since some shares of the keys are busier than others.
 */
import {parentPort, workerData} from 'node:worker_threads';
import {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {BlockParser} from '../../trace/read/block-parser.ts';
import {Replay} from '../replay.ts';
import {DealingSink} from './dealing-sink.ts';
import type {FleetJob, FleetMessage, PeerMessage} from './fleet-protocol.ts';
import {Peer} from './peer.ts';

/** How many blocks per thread are parsed ahead of what all threads have decided: bounds the memory. */
const BLOCKS_AHEAD = 2;

const job = workerData as FleetJob;
const {index, of, ports, progress} = job;
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

const peers = ports.map((port) => (port === undefined ? undefined : new Peer(port)));
/** By block: its requests whose keys are decided here, and which thread parsed it. */
const inbox = new Map<number, {readonly batch: RequestBatch; readonly from: number}>();
let toDecide = 0;
let awake = false;

const tell = (message: FleetMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

const giveBack = (batch: RequestBatch, from: number): void => {
  const peer = peers[from];
  if (peer === undefined) sink.reuse(index, batch);
  else peer.giveBack(batch);
};

const decideOne = (): boolean => {
  const next = inbox.get(toDecide);
  if (next === undefined) return false;
  inbox.delete(toDecide);
  replay.run(next.batch, 0, next.batch.count);
  giveBack(next.batch, next.from);
  toDecide++;
  Atomics.store(progress, 1 + index, toDecide);
  if (toDecide === blocks) tell({kind: 'result', index, result: replay.result(job.againstName)});
  return true;
};

/** The next block that nobody parses yet; −1 when there is none, or too many wait to be decided. */
const takeBlock = (): number => {
  let slowest = blocks;
  for (let i = 1; i <= of; i++) slowest = Math.min(slowest, Atomics.load(progress, i));
  const most = Math.min(blocks, slowest + BLOCKS_AHEAD * of);
  if (Atomics.load(progress, 0) >= most) return -1;
  const block = Atomics.add(progress, 0, 1);
  return block < blocks ? block : -1;
};

const parseOne = (): boolean => {
  const block = takeBlock();
  if (block < 0) return false;
  const stats = parser.parse(block, unused);
  const {batches, times} = sink.take();
  batches.forEach((batch, share) => {
    const peer = peers[share];
    if (peer === undefined) inbox.set(block, {batch, from: index});
    else peer.lend(block, batch);
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

ports.forEach((port, share) => {
  const peer = peers[share];
  port?.on('message', (message: PeerMessage) => {
    if (message.kind === 'used') sink.reuse(share, peer!.returned(message.number));
    else inbox.set(message.block, {batch: peer!.borrowed(message), from: share});
    wake();
  });
});
wake();
