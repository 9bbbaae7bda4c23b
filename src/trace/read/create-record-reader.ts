import type {RecordParser, TraceFormat} from '../format.ts';
import type {RowSink} from '../row-sink.ts';
import {LineReader} from './line-reader.ts';
import type {RecordReader} from './record-reader.ts';

/** The reader for a format's framing. */
export const createRecordReader = (format: TraceFormat, file: string, parser: RecordParser, sink: RowSink): RecordReader => {
  return new LineReader(file, parser, sink);
};
