import {Readable} from 'node:stream';
import type {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {TextSink} from '../../base/streams.ts';
import type {CommandAnswer, RunCommand} from '../../serve/mcp/changing-tools.ts';
import type {CliContext} from '../context.ts';
import type {StoreFlags} from '../options/store.ts';

/** Commands that tools have run, on the store that is served. */
export class ServeCommands {
  readonly #flags: StoreFlags;
  readonly #context: CliContext;
  readonly #running = new Map<CliContext, Promise<unknown>>();

  constructor(flags: StoreFlags, context: CliContext) {
    this.#flags = flags;
    this.#context = context;
  }

  readonly run: RunCommand = async (args, {actor}) => {
    const {inner, written} = this.#inner(actor);
    const answer = this.#answer(args, inner, written);
    this.#running.set(
      inner,
      answer.catch(() => undefined),
    );
    try {
      return await answer;
    } finally {
      this.#running.delete(inner);
    }
  };

  /** Tells what is under way to end, and waits for it: the answer of a provider may be the only copy of a token. */
  async close(exit: ExitCode): Promise<void> {
    for (const inner of this.#running.keys()) inner.onSignal?.(exit);
    await Promise.all(this.#running.values());
  }

  async #answer(
    args: readonly string[],
    inner: CliContext,
    written: {out: string; err: string},
  ): Promise<CommandAnswer> {
    const {runProgram} = await import('../program.ts');
    const options = args.findIndex((arg) => arg.startsWith('-'));
    const at = options < 0 ? args.length : options;
    await runProgram([...args.slice(0, at), '--json', ...storeArgs(this.#flags), ...args.slice(at)], inner);
    if (written.out === '')
      throw new RatectlError(written.err.replace(/^ratectl: /, '').trim() || 'the command gave no answer', {
        code: 'usage/command',
      });
    return {json: JSON.parse(written.out) as CommandAnswer['json'], exit: inner.exitCode};
  }

  /** A command line of its own: nothing it writes goes to the standard output of this process, and it asks nobody. */
  #inner(actor: string): {inner: CliContext; written: {out: string; err: string}} {
    const written = {out: '', err: ''};
    const sink = (name: 'out' | 'err'): TextSink => ({
      isTTY: false,
      columns: 100,
      closed: false,
      write: async (text) => {
        written[name] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      },
    });
    const {streams, clock, cwd, version, cleanups} = this.#context;
    const env = {...streams.env, RATECTL_ACTOR: actor};
    const inner: CliContext = {
      streams: {out: sink('out'), err: sink('err'), stdin: Readable.from([]), env},
      clock,
      cwd,
      version,
      exitCode: 0,
      cleanups,
    };
    return {inner, written};
  }
}

/** The flags that chose the store, for a command that opens it again. */
const storeArgs = ({store, context, policy, timeout, config}: StoreFlags): readonly string[] => [
  ...(store === undefined ? [] : [`--store=${store}`]),
  ...(context === undefined ? [] : [`--context=${context}`]),
  ...(policy === undefined ? [] : [`--policy=${policy}`]),
  ...(timeout === undefined ? [] : [`--timeout=${timeout}`]),
  ...(config ? [] : ['--no-config']),
];
