import {Readable} from 'node:stream';
import {micros} from '../../src/base/micros.ts';
import type {TextSink} from '../../src/base/streams.ts';
import type {CliContext} from '../../src/cli/context.ts';
import {fixedClock} from '../support/fixed-clock.ts';

export interface TestContext extends CliContext {
  /** What was written so far. */
  readonly written: {out: string; err: string};
}

/** A command line without a process: streams are strings, the clock stands still, no terminal. */
export const testContext = (env: Readonly<Record<string, string>> = {}, columns = 80): TestContext => {
  const written = {out: '', err: ''};
  const sink = (name: 'out' | 'err'): TextSink => ({
    isTTY: false,
    columns,
    closed: false,
    write: async (text) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    },
  });
  return {
    written,
    streams: {out: sink('out'), err: sink('err'), stdin: Readable.from([]), env},
    clock: fixedClock(micros(1_767_614_400_000_000)),
    cwd: process.cwd(),
    version: '0.0.0',
    exitCode: 0,
    cleanups: new Set(),
  };
};
