import {closeSync, openSync, readSync} from 'node:fs';
import {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {byteOrderMark} from '../byte-order-mark.ts';
import {FieldMapping} from '../field-mapping.ts';
import type {RecordParser} from '../format.ts';
import {formatNamed} from '../formats/registry.ts';
import {emptyBatch, RowSink} from '../row-sink.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import {LineReader, MAX_LINE_BYTES} from './line-reader.ts';
import type {BlockStats} from './problems.ts';
import {SHRUNK} from './thread-failure.ts';

/** What a thread needs to know to parse blocks of a plain file of independent lines. Plain data: it crosses threads. */
export interface ParseJob {
  readonly path: string;
  readonly size: number;
  readonly blockBytes: number;
  readonly format: string;
  readonly columns: readonly string[];
  readonly mapping: readonly (readonly [string, readonly string[]])[];
  readonly timeUnit: TimeUnit | undefined;
}

const LF = 0x0a;
const PRIMING_BYTES = 64 << 10;
const FIRST_REACH = 4096;

/** Parses blocks of a file, in any order: the lines that begin in bytes [block × blockBytes, (block + 1) × blockBytes). */
export class BlockParser {
  readonly #job: ParseJob;
  readonly #fd: number;
  readonly #parser: RecordParser;
  readonly #sink: RowSink;
  /** One byte before the block tells whether a line begins at its first byte; a line may reach far beyond its last. */
  readonly #buffer: Buffer;

  /** `sinkFor` makes the sink that records go through. */
  constructor(
    job: ParseJob,
    sinkFor: (columns: AttributeColumns) => RowSink = (columns) => new RowSink(columns.count),
  ) {
    const columns = new AttributeColumns(job.columns);
    this.#job = job;
    this.#sink = sinkFor(columns);
    this.#parser = formatNamed(job.format).createParser({
      columns,
      mapping: new FieldMapping(new Map(job.mapping)),
      timeUnit: job.timeUnit,
    });
    this.#fd = openSync(job.path, 'r');
    this.#buffer = Buffer.allocUnsafeSlow(1 + job.blockBytes + MAX_LINE_BYTES + 1);
    this.#prime(columns.count);
  }

  get notes(): readonly string[] {
    return this.#parser.notes();
  }

  /** Appends the block's requests to the batch. Line numbers of problems begin with 1 at the block's first line. */
  parse(block: number, batch: RequestBatch): BlockStats {
    const {blockBytes, size, path} = this.#job;
    const first = block * blockBytes;
    const end = Math.min(first + blockBytes, size);
    const position = Math.max(0, first - 1);
    const blockEnd = end - position;
    const {filled, stop} = this.#read(position, blockEnd);
    if (filled < blockEnd) throw Object.assign(new Error('the file became shorter'), {code: SHRUNK});
    const from = this.#firstLine(first, filled);
    const reader = new LineReader(path, this.#parser, this.#sink);
    if (from < blockEnd) reader.feed(this.#buffer, from, stop, true, batch);
    const {lines, blank, notRequests, bad, problems} = reader.stats;
    return {lines, blank, notRequests, bad, problems};
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Reads the block and as far beyond it as its last line goes: usually a few hundred bytes. */
  #read(position: number, blockEnd: number): {readonly filled: number; readonly stop: number} {
    for (let reach = FIRST_REACH; ; reach = Math.min(16 * reach, MAX_LINE_BYTES)) {
      const filled = this.#readAt(position, blockEnd + reach);
      const lineEnd = this.#buffer.indexOf(LF, Math.max(0, blockEnd - 1));
      if (lineEnd >= 0 && lineEnd < filled) return {filled, stop: lineEnd + 1};
      if (position + filled >= this.#job.size || reach === MAX_LINE_BYTES) return {filled, stop: filled};
    }
  }

  /** The byte before the block ends a line, or the block begins inside one that is the block before's. */
  #firstLine(first: number, filled: number): number {
    const buffer = this.#buffer;
    if (first > 0) {
      const lineEnd = buffer.indexOf(LF, 0);
      return lineEnd < 0 || lineEnd >= filled ? filled : lineEnd + 1;
    }
    return byteOrderMark(buffer);
  }

  /** A parser settles some things by the first record it sees (the unit of times): let it be that of the file. */
  #prime(columns: number): void {
    const filled = this.#readAt(0, PRIMING_BYTES);
    if (filled === 0) return;
    const end = this.#buffer.lastIndexOf(LF, filled - 1);
    // Through the sink of all records: the loop that reads them is then compiled for no other.
    const reader = new LineReader(this.#job.path, this.#parser, this.#sink);
    reader.feed(this.#buffer, 0, end + 1, true, emptyBatch(columns));
    this.#sink.clear();
  }

  #readAt(position: number, length: number): number {
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.#fd, this.#buffer, filled, length - filled, position + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }
}
