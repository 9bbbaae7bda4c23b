import {RecordFramer} from '../csv/record-framer.ts';
import {TableParser} from '../csv/table-parser.ts';
import type {RecordParser, TraceFormat} from '../format.ts';
import {ArrayFramer} from '../json/array-framer.ts';
import type {RowSink} from '../row-sink.ts';
import {FramedReader} from './framed-reader.ts';
import {LineReader} from './line-reader.ts';
import type {RecordReader} from './record-reader.ts';

/** The reader for a format's framing. */
export const createRecordReader = (
  format: TraceFormat,
  file: string,
  parser: RecordParser,
  sink: RowSink,
): RecordReader => {
  switch (format.framing) {
    case 'lines':
      return new LineReader(file, parser, sink);
    case 'json-array':
      return new FramedReader(file, new ArrayFramer(file), parser, sink, 0);
    case 'csv': {
      const delimiter = parser instanceof TableParser ? parser.delimiter : 0x2c;
      return new FramedReader(file, new RecordFramer(file, delimiter), parser, sink, 1);
    }
  }
};
