import {Readable} from 'node:stream';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {TextSink} from '../../base/streams.ts';
import type {CliContext} from '../context.ts';
import {HELP_AFTER_ERROR} from '../usage-error.ts';

/** A command line whose output is kept, and that can ask nobody. */
export interface QuietContext extends CliContext {
  readonly written: {out: string; err: string};
}

export const quietContext = (context: CliContext, width: number): QuietContext => {
  const written = {out: '', err: ''};
  const sink = (name: 'out' | 'err'): TextSink => ({
    isTTY: false,
    columns: width,
    closed: false,
    write: async (text) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    },
  });
  const {streams} = context;
  return {
    ...context,
    exitCode: 0,
    streams: {out: sink('out'), err: sink('err'), stdin: Readable.from([]), env: streams.env},
    written,
  };
};

/** What a command said, line by line. */
export const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

/** What a command said on stderr, when it ended otherwise than well; on one line, without what only a shell can follow. */
export const refusal = (written: QuietContext['written']): RatectlError => {
  const said = linesOf(written.err.trim().replace(/^ratectl: /, '')).filter(
    (line) => line !== HELP_AFTER_ERROR,
  );
  return new RatectlError(said.join(' ') || 'it was not done', {code: 'dashboard/refused'});
};
