import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {byteOrderMark} from '../byte-order-mark.ts';
import type {FieldMapping} from '../field-mapping.ts';
import type {TraceFormat} from '../format.ts';
import {emptyBatch, RowSink} from '../row-sink.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import type {ParseJob} from './block-parser.ts';
import {type ByteSource, openByteSource} from './byte-source.ts';
import {createRecordReader} from './create-record-reader.ts';
import {detectFormat} from './detect-format.ts';
import {ReadStats} from './problems.ts';

export interface OpenOptions {
  /** `--format`; undefined sniffs. */
  readonly format: TraceFormat | undefined;
  readonly mapping: FieldMapping;
  readonly timeUnit: TimeUnit | undefined;
  /** `--delimiter` of CSV. */
  readonly delimiter: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
}

const BUFFER_BYTES = 4 << 20;
const SAMPLE_BYTES = 64 << 10;
const BLOCK_BYTES = 2 << 20;

/**
 * One trace file, opened and understood: its format is known, no record has been read. `batches` reads it once, in
 * file order; the batch it yields is reused.
 */
export class TraceFile {
  readonly source: ByteSource;
  /** Undefined for an empty file. */
  readonly format: TraceFormat | undefined;
  readonly notes: string[] = [];
  readonly #options: OpenOptions;
  readonly #buffer: Buffer;
  #filled: number;
  #ended: boolean;
  #stats: ReadStats | undefined;
  #bytesInParts = 0;

  private constructor(
    source: ByteSource,
    options: OpenOptions,
    buffer: Buffer,
    filled: number,
    ended: boolean,
  ) {
    this.source = source;
    this.#options = options;
    this.#buffer = buffer;
    this.#filled = filled;
    this.#ended = ended;
    const sample = buffer.subarray(0, filled);
    const empty = ended && !sample.subarray(byteOrderMark(sample)).some((byte) => byte > 0x20);
    this.format = empty ? undefined : (options.format ?? detectFormat(source.name, sample));
    if (empty) this.notes.push(`${quoted(source.name, 200)} is empty: no requests`);
    const named = /\.(gz|zst)$/.exec(source.name)?.[1];
    if (named !== undefined && source.compression === 'none') {
      this.notes.push(`${quoted(source.name, 200)} is named .${named} but is not compressed: read as it is`);
    }
  }

  static async open(path: string, options: OpenOptions): Promise<TraceFile> {
    const source = await openByteSource(path, options);
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    let filled = 0;
    let ended = false;
    try {
      while (filled < SAMPLE_BYTES && !ended) {
        const read = await source.read(buffer.subarray(filled));
        ended = read === 0;
        filled += read;
      }
      return new TraceFile(source, options, buffer, filled, ended);
    } catch (error) {
      await source.close();
      throw located(error, source.name, 1);
    }
  }

  get name(): string {
    return this.source.name;
  }

  /** Counters so far; complete once reading has ended. */
  get stats(): ReadStats | undefined {
    return this.#stats;
  }

  /**
   * What threads need to parse blocks of this file. Undefined when it cannot be read in blocks (compressed, a pipe, records
   * that are not lines of their own) or has fewer than `fromBytes`.
   */
  parseJob(columns: AttributeColumns, fromBytes: number): ParseJob | undefined {
    const {mapping, timeUnit, delimiter} = this.#options;
    const plain = this.source.plainFile;
    const {format} = this;
    if (
      plain === undefined ||
      plain.size < fromBytes ||
      format?.framing !== 'lines' ||
      !format.independentLines
    )
      return undefined;
    // What is wrong with the mapping is said here, not by a thread.
    format.createParser({columns, mapping, timeUnit, delimiter});
    return {
      path: plain.path,
      size: plain.size,
      blockBytes: BLOCK_BYTES,
      format: format.name,
      columns: columns.names,
      mapping: mapping.attributes.map((attribute) => [attribute, mapping.fieldsOf(attribute)!] as const),
      timeUnit,
    };
  }

  /** For those who read this file in parts instead of by `batches`: they keep its counters and say how far they are. */
  startInParts(): ReadStats {
    this.#stats = new ReadStats();
    return this.#stats;
  }

  readInParts(bytes: number): void {
    this.#bytesInParts = bytes;
  }

  /** Stored bytes read so far. */
  get bytesRead(): number {
    return Math.max(this.#bytesInParts, this.source.storedBytesRead);
  }

  addNotes(notes: readonly string[]): void {
    for (const note of notes) if (!this.notes.includes(note)) this.notes.push(note);
  }

  /** Reads all records. Damaged compression and hopeless framing end it with a RatectlError that has file and line. */
  async *batches(columns: AttributeColumns): AsyncGenerator<RequestBatch> {
    if (this.format === undefined) return this.close();
    const {mapping, timeUnit, delimiter} = this.#options;
    const batch = emptyBatch(columns.count);
    const buffer = this.#buffer;
    let from: number = byteOrderMark(buffer);
    try {
      const parser = this.format.createParser({columns, mapping, timeUnit, delimiter});
      const reader = createRecordReader(this.format, this.name, parser, new RowSink(columns.count));
      this.#stats = reader.stats;
      for (;;) {
        const rest = reader.feed(buffer, from, this.#filled, this.#ended, batch);
        if (batch.count > 0) {
          yield batch;
          batch.count = 0;
        }
        if (this.#ended) break;
        // What is unfinished moves to the front; a framing never leaves more than a line's worth.
        buffer.copyWithin(0, rest, this.#filled);
        this.#filled -= rest;
        from = 0;
        await this.#fill();
      }
      this.#checkEnd(reader.stats);
      this.addNotes(parser.notes());
    } catch (error) {
      throw located(error, this.name, (this.stats?.lines ?? 0) + 1);
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return this.source.close();
  }

  async #fill(): Promise<void> {
    const read = await this.source.read(this.#buffer.subarray(this.#filled));
    this.#ended = read === 0;
    this.#filled += read;
  }

  #checkEnd(stats: ReadStats): void {
    const {trailingBytes, compression} = this.source;
    if (trailingBytes <= 0) return;
    stats.addProblem({
      file: this.name,
      line: stats.lines + 1,
      column: 0,
      reason: `${trailingBytes} bytes after the end of the ${compression} data were ignored`,
    });
  }
}

/** Adds file and line to an error that knows only what is wrong. */
const located = (error: unknown, file: string, line: number): unknown =>
  error instanceof RatectlError &&
  error.where?.line === undefined &&
  !error.code.startsWith('io/') &&
  !error.code.startsWith('usage/')
    ? error.at({file, line})
    : error;
