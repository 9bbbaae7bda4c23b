import {PassThrough} from 'node:stream';
import {Command} from 'commander';
import {micros} from '../../../src/base/micros.ts';
import type {TextSink} from '../../../src/base/streams.ts';
import {registerTraceGenerate} from '../../../src/cli/commands/trace-generate.ts';
import type {CliContext} from '../../../src/cli/context.ts';
import {fixedClock} from '../../support/fixed-clock.ts';

/** A sink that keeps what it gets, and closes after `closeAfter` writes (default: never). */
export class CaptureSink implements TextSink {
  readonly isTTY = false;
  readonly columns = 80;
  writes = 0;
  readonly #parts: Buffer[] = [];
  readonly #closeAfter: number;

  constructor(closeAfter = Number.POSITIVE_INFINITY) {
    this.#closeAfter = closeAfter;
  }

  get closed(): boolean {
    return this.writes >= this.#closeAfter;
  }

  async write(text: string | Uint8Array): Promise<void> {
    this.writes++;
    this.#parts.push(Buffer.from(text as string));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export interface GenerateRun {
  readonly out: Buffer;
  readonly err: string;
  readonly context: CliContext;
}

/** Runs `ratectl trace generate ARGS…` in this process, without the program around it. */
export const runGenerate = async (
  args: readonly string[],
  {cwd = process.cwd(), out = new CaptureSink()} = {},
): Promise<GenerateRun> => {
  const err = new CaptureSink();
  const context: CliContext = {
    streams: {out, err, stdin: new PassThrough(), env: {}},
    clock: fixedClock(micros(0)),
    cwd,
    version: '0.0.0',
    exitCode: 0,
    cleanups: new Set(),
  };
  const trace = new Command('trace').exitOverride();
  registerTraceGenerate(trace, context);
  await trace.parseAsync(['generate', ...args], {from: 'user'});
  return {out: out.bytes, err: err.bytes.toString(), context};
};
