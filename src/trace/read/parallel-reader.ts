import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';
import {threadUrl} from '../../base/thread-url.ts';
import type {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import type {ParseJob} from './block-parser.ts';
import {type ParseReply, type ParseRequest, transferables} from './parse-protocol.ts';
import {threadFailure} from './thread-failure.ts';
import type {ReadOptions} from './trace.ts';
import type {TraceFile} from './trace-file.ts';

/** Blocks under way per thread: one being parsed, one waiting. */
const AHEAD = 2;

/**
 * Reads a plain file of independent lines with several threads, each parsing its own blocks; yields their batches in the
 * order of the file, so that the result is that of one thread. Undefined when the file is not of that kind or too small.
 */
export const readInParallel = (
  file: TraceFile,
  columns: AttributeColumns,
  {workers, threadsFrom}: Pick<ReadOptions, 'workers' | 'threadsFrom'>,
): AsyncGenerator<RequestBatch> | undefined => {
  const job = workers > 0 ? file.parseJob(columns, threadsFrom) : undefined;
  return job === undefined ? undefined : blocksInOrder(file, job, workers);
};

async function* blocksInOrder(file: TraceFile, job: ParseJob, workers: number): AsyncGenerator<RequestBatch> {
  const blocks = Math.ceil(job.size / job.blockBytes);
  const ready = new Map<number, ParseReply>();
  let asked = 0;
  let failure: unknown;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  // A path, not a URL: threads of the single binary are found by their path only.
  const code = fileURLToPath(threadUrl('parse-worker', import.meta.url));
  const pool = Array.from({length: Math.min(workers, blocks)}, () => new Worker(code, {workerData: job}));
  const ask = (worker: Worker, batch: RequestBatch | undefined): void => {
    if (asked >= blocks) return;
    const request: ParseRequest = {block: asked++, batch};
    worker.postMessage(request, batch === undefined ? [] : transferables(batch));
  };
  const owner = new Map<number, Worker>();
  for (const worker of pool) {
    worker.on('message', (reply: ParseReply) => {
      ready.set(reply.block, reply);
      owner.set(reply.block, worker);
      signal();
    });
    worker.on('error', (error) => {
      failure = threadFailure(job.path, error);
      signal();
    });
  }
  try {
    for (let i = 0; i < AHEAD; i++) for (const worker of pool) ask(worker, undefined);
    const stats = file.startInParts();
    for (let block = 0; block < blocks; block++) {
      while (!ready.has(block)) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const reply = ready.get(block)!;
      ready.delete(block);
      stats.addBlock(reply.stats);
      file.readInParts((block + 1) * job.blockBytes);
      file.addNotes(reply.notes);
      yield reply.batch;
      ask(owner.get(block)!, reply.batch);
      owner.delete(block);
    }
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
    await file.close();
  }
}
