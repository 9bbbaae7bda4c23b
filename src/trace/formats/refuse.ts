import {Parsed} from '../format.ts';
import type {RowSink} from '../row-sink.ts';

/** Marks a record as bad: `offset` is where in it the fault is, in bytes. */
export const refuse = (sink: RowSink, offset: number, reason: string): Parsed => {
  sink.reason = reason;
  sink.reasonColumn = offset + 1;
  return Parsed.bad;
};
