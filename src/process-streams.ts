import {writeReason} from './base/io-reason.ts';
import {RatectlError} from './base/ratectl-error.ts';
import type {Streams, TextSink} from './base/streams.ts';

const DEFAULT_COLUMNS = 80;
/** A pty that reports 0 columns, and a COLUMNS that is no number, count as unknown. */
const columnsOf = (stream: NodeJS.WriteStream, env: string | undefined): number => {
  const fromEnv = Number(env);
  if (Number.isInteger(fromEnv) && fromEnv > 0) return Math.min(fromEnv, 1000);
  return stream.columns > 0 ? stream.columns : DEFAULT_COLUMNS;
};

const sinkOf = (stream: NodeJS.WriteStream, name: string): TextSink => {
  let closed = false;
  stream.on('error', (error) => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') closed = true;
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return columnsOf(stream, process.env['COLUMNS']);
    },
    get rows() {
      return stream.rows > 0 ? stream.rows : undefined;
    },
    get closed() {
      return closed;
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        if (closed) return resolve();
        stream.write(text, (error) => {
          if (!error) return resolve();
          const {code} = error as NodeJS.ErrnoException;
          if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
            closed = true;
            return resolve();
          }
          reject(
            new RatectlError(`cannot write to ${name}: ${writeReason(error)}`, {
              code: 'io/cannot-write',
              cause: error,
            }),
          );
        });
      }),
  };
};

/** The streams of this process. */
export const processStreams = (): Streams => ({
  out: sinkOf(process.stdout, 'standard output'),
  err: sinkOf(process.stderr, 'standard error'),
  // Opening it takes milliseconds, and most commands never ask.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
});
