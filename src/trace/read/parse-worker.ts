/** A thread that parses blocks of one plain file into batches; the thread that decides takes them in the order of the file. */
import {parentPort, workerData} from 'node:worker_threads';
import {emptyBatch} from '../row-sink.ts';
import {BlockParser, type ParseJob} from './block-parser.ts';
import {type ParseReply, type ParseRequest, transferables} from './parse-protocol.ts';

const FIRST_ROWS = 1 << 15;

const job = workerData as ParseJob;
const parser = new BlockParser(job);

parentPort!.on('message', ({block, batch = emptyBatch(job.columns.length, FIRST_ROWS)}: ParseRequest) => {
  batch.count = 0;
  const stats = parser.parse(block, batch);
  const reply: ParseReply = {block, batch, stats, notes: parser.notes};
  parentPort!.postMessage(reply, transferables(batch));
});
