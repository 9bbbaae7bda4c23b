import {ByteWriter} from './byte-writer.ts';
import {ClientDirectory} from './client-directory.ts';
import {AccessLogFormat} from './formats/access-log.ts';
import {CsvFormat} from './formats/csv.ts';
import {type LineFormat, MAX_LINE} from './formats/line-format.ts';
import {NdjsonFormat} from './formats/ndjson.ts';
import type {TraceSpec} from './trace-spec.ts';
import {Traffic} from './traffic.ts';
import {createVocabulary, type Vocabulary} from './vocabulary.ts';

/** Bytes of a chunk: large enough that handing it over costs nothing per line, small enough to stay in the cache. */
const CHUNK = 256 * 1024;

const createFormat = (spec: TraceSpec, vocabulary: Vocabulary): LineFormat => {
  const plans = spec.clients.plans.map((plan) => plan.weight);
  const clients = new ClientDirectory(spec.clients.key, spec.clients.tenants, plans);
  switch (spec.format) {
    case 'ndjson':
      return new NdjsonFormat(spec.timeUnit, clients, vocabulary);
    case 'csv':
      return new CsvFormat(spec.timeUnit, clients, vocabulary);
    case 'common':
    case 'combined':
      return new AccessLogFormat(spec.format, clients, vocabulary);
  }
};

/** A synthetic trace as chunks of bytes of whole lines, made while they are read. The same spec gives the same bytes. */
export class TraceGenerator {
  /** Lines handed out so far, without the header. */
  requests = 0;
  /** Bytes handed out so far. */
  bytes = 0;
  readonly #spec: TraceSpec;

  constructor(spec: TraceSpec) {
    this.#spec = spec;
  }

  /** Each chunk is the reader's to keep. Call once. */
  *chunks(): Generator<Uint8Array, void, void> {
    const vocabulary = createVocabulary(this.#spec.profile, this.#spec.clients);
    const traffic = new Traffic(this.#spec, vocabulary);
    const format = createFormat(this.#spec, vocabulary);
    let out = new ByteWriter(CHUNK);
    out.piece(new TextEncoder().encode(format.header));
    for (let more = true; more; ) {
      const lines = fill(out, traffic, format);
      more = out.length > CHUNK - MAX_LINE;
      this.requests += lines;
      this.bytes += out.length;
      if (out.length > 0) yield out.bytes.subarray(0, out.length);
      out = new ByteWriter(CHUNK);
    }
  }
}

/** Writes lines until the buffer is full or the trace is over, and returns their number. */
const fill = (out: ByteWriter, traffic: Traffic, format: LineFormat): number => {
  let lines = 0;
  while (out.length <= CHUNK - MAX_LINE && traffic.next()) {
    format.write(traffic.request, out);
    lines++;
  }
  return lines;
};
