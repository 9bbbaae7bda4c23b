/** A thread that parses blocks of one plain file into batches; the thread that decides takes them in the order of the file. */
import {closeSync, openSync, readSync} from 'node:fs';
import {parentPort, workerData} from 'node:worker_threads';
import {AttributeColumns} from '../../engine/attribute-columns.ts';
import {FieldMapping} from '../field-mapping.ts';
import {formatNamed} from '../formats/registry.ts';
import {emptyBatch, RowSink} from '../row-sink.ts';
import {LineReader, MAX_LINE_BYTES} from './line-reader.ts';
import {type ParseJob, type ParseReply, type ParseRequest, transferables} from './parse-protocol.ts';

const LF = 0x0a;
const PRIMING_BYTES = 64 << 10;
const job = workerData as ParseJob;
const port = parentPort!;

const columns = new AttributeColumns(job.columns);
const parser = formatNamed(job.format).createParser({columns, mapping: new FieldMapping(new Map(job.mapping)), timeUnit: job.timeUnit});
const sink = new RowSink(columns.count);
const fd = openSync(job.path, 'r');
/** One byte before the block tells whether a line begins at its first byte; a line may reach far beyond its last. */
const buffer = Buffer.allocUnsafeSlow(1 + job.blockBytes + MAX_LINE_BYTES + 1);

const readAt = (position: number, length: number): number => {
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, buffer, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
};

const parseBlock = ({block, batch: reused}: ParseRequest): ParseReply => {
  const first = block * job.blockBytes;
  const end = Math.min(first + job.blockBytes, job.size);
  const position = Math.max(0, first - 1);
  // The last line's end usually lies within a few hundred bytes; the rest is read only when it does not.
  let reach = 4096;
  let filled = readAt(position, end - position + reach);
  const blockEnd = end - position;
  let to = lineEndFrom(blockEnd - 1, filled);
  while (to < 0 && position + filled < job.size && reach < MAX_LINE_BYTES) {
    reach = Math.min(16 * reach, MAX_LINE_BYTES);
    filled = readAt(position, end - position + reach);
    to = lineEndFrom(blockEnd - 1, filled);
  }
  const batch = reused ?? emptyBatch(columns.count, 1 << 15);
  batch.count = 0;
  const reader = new LineReader(job.path, parser, sink);
  let from = 0;
  if (first > 0) {
    // The byte before the block ends a line, or the block begins inside one that is the block before's.
    const lineEnd = buffer.indexOf(LF, 0);
    from = lineEnd < 0 || lineEnd >= filled ? filled : lineEnd + 1;
  } else if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) {
    from = 3;
  }
  const stop = to < 0 ? filled : to + 1;
  if (from < blockEnd) reader.feed(buffer, from, stop, true, batch);
  const {lines, blank, notRequests, bad, problems} = reader.stats;
  return {block, batch, stats: {lines, blank, notRequests, bad, problems}, notes: parser.notes()};
};

const lineEndFrom = (at: number, filled: number): number => {
  const found = buffer.indexOf(LF, Math.max(0, at));
  return found < filled ? found : -1;
};

/** A parser settles some things by the first record it sees (the unit of times): let it be that of the file. */
const prime = (): void => {
  const filled = readAt(0, PRIMING_BYTES);
  const end = buffer.lastIndexOf(LF, filled - 1);
  new LineReader(job.path, parser, sink).feed(buffer, 0, end + 1, true, emptyBatch(columns.count));
};

prime();
port.on('message', (request: ParseRequest | 'end') => {
  if (request === 'end') {
    closeSync(fd);
    port.close();
    return;
  }
  const reply = parseBlock(request);
  port.postMessage(reply, transferables(reply.batch));
});
