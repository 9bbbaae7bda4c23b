import {fileURLToPath} from 'node:url';
import {MessageChannel, type MessagePort, Worker} from 'node:worker_threads';
import {threadUrl} from '../../base/thread-url.ts';
import type {ParseJob} from '../../trace/read/block-parser.ts';
import {threadFailure} from '../../trace/read/thread-failure.ts';
import type {TraceFile} from '../../trace/read/trace-file.ts';
import {OrderFacts} from '../order-facts.ts';
import {mergeResults, type ReplayResult} from '../replay-result.ts';
import type {FleetJob, FleetMessage} from './fleet-protocol.ts';

/** Threads keep their data in typed arrays outside the heap; large young generations would only cost memory. */
const SMALL_HEAP = {maxYoungGenerationSizeMb: 4};

type FleetPlan = Pick<FleetJob, 'policy' | 'against' | 'againstName' | 'keyAlias'> & {
  readonly parse: ParseJob;
  readonly threads: number;
};

/** A port from each thread to each other one: `ports[from][to]`. */
const portsBetween = (threads: number): (MessagePort | undefined)[][] => {
  const ports = Array.from({length: threads}, () =>
    new Array<MessagePort | undefined>(threads).fill(undefined),
  );
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const {port1, port2} = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports;
};

/**
 * Replays one file with several threads, each of which parses a part of the file and decides a part of the keys. For
 * policies whose every limit is per `key`: then no state is shared, and the result is that of one thread.
 */
export const runFleet = async (
  file: TraceFile,
  plan: FleetPlan,
  onProgress: (requests: number) => void,
): Promise<{readonly order: OrderFacts; readonly result: ReplayResult}> => {
  const {threads, parse} = plan;
  const blocks = Math.ceil(parse.size / parse.blockBytes);
  // A path, not a URL: threads of the single binary are found by their path only.
  const code = fileURLToPath(threadUrl('fleet-worker', import.meta.url));
  const progress = new Int32Array(new SharedArrayBuffer(4 * (1 + threads)));
  const pool = portsBetween(threads).map((ports, index) => {
    const job: FleetJob = {...plan, index, of: threads, progress, ports};
    return new Worker(code, {
      workerData: job,
      transferList: ports.filter((port) => port !== undefined),
      resourceLimits: SMALL_HEAP,
    });
  });
  const order = new OrderFacts();
  const stats = file.startInParts();
  const parsed = new Map<number, Extract<FleetMessage, {kind: 'parsed'}>>();
  const results = new Array<ReplayResult>(threads);
  let nextBlock = 0;
  let requests = 0;
  let finished = 0;

  /** Facts of the whole file, in its order. */
  const takeBlocks = (): void => {
    for (let block = parsed.get(nextBlock); block !== undefined; block = parsed.get(nextBlock)) {
      parsed.delete(nextBlock++);
      order.run(block.times, 0, block.times.length);
      stats.addBlock(block.stats);
      file.addNotes(block.notes);
      requests += block.times.length;
    }
    file.readInParts(nextBlock * parse.blockBytes);
    onProgress(requests);
  };

  try {
    await new Promise<void>((resolve, reject) => {
      const isOver = (): boolean => finished === threads && nextBlock === blocks;
      for (const worker of pool) {
        worker.on('error', (error) => reject(threadFailure(parse.path, error)));
        worker.on('message', (message: FleetMessage) => {
          if (message.kind === 'parsed') {
            parsed.set(message.block, message);
            takeBlocks();
          } else {
            results[message.index] = message.result;
            finished++;
          }
          if (isOver()) resolve();
        });
      }
    });
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
    await file.close();
  }
  return {order, result: mergeResults(results, order.span)};
};
