import {type ChildProcess, fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {threadUrl} from '../base/thread-url.ts';
import type {LoadPlan} from './load-plan.ts';
import type {LoadResult} from './load-result.ts';
import {mergeLoad} from './merge-load.ts';
import type {FromProcess, ToProcess} from './protocol.ts';
import {type LoadHooks, prepareLoad, type ReadyLoad} from './run-load.ts';

/** Load from one process, this one, or from several others; connected, and waiting for the sign to begin. */
export const startFleet = async (
  plan: Omit<LoadPlan, 'index' | 'of'>,
  processes: number,
  signal: AbortSignal,
): Promise<ReadyLoad> => {
  const started = await (processes === 1
    ? prepareLoad({...plan, index: 0, of: 1})
    : startProcesses(plan, processes));
  const stop = (): void => started.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  return {
    run: (hooks) => started.run(hooks),
    stop,
    async close() {
      signal.removeEventListener('abort', stop);
      await started.close();
    },
  };
};

const startProcesses = async (
  plan: Omit<LoadPlan, 'index' | 'of'>,
  processes: number,
): Promise<ReadyLoad> => {
  const members = Array.from({length: processes}, () => new Member());
  const close = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.close()));
  };
  try {
    await Promise.all(members.map((member, index) => member.prepare({...plan, index, of: processes})));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async run({onProgress, onLost}: LoadHooks): Promise<LoadResult> {
      const answers = new Array<number>(processes).fill(0);
      const results = await Promise.all(
        members.map((member, i) =>
          member.run({
            onLost,
            onProgress: (count) => {
              answers[i] = count;
              onProgress(answers.reduce((sum, one) => sum + one, 0));
            },
          }),
        ),
      );
      return mergeLoad(results);
    },
    stop: () => {
      for (const member of members) member.stop();
    },
    close,
  };
};

/** One other process. */
class Member {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #hooks: LoadHooks | undefined;
  #settle: {done(result: LoadResult | undefined): void; failed(error: Error): void} | undefined;

  constructor() {
    this.#child = fork(fileURLToPath(threadUrl('bench-process', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    this.#child.on('message', (message: FromProcess) => this.#hear(message));
    const died = (reason: unknown): void =>
      this.#settle?.failed(
        new RatectlError(`a process that makes load ended before its time (${String(reason)})`, {
          code: 'bench/process',
          exit: ExitCode.unexpected,
          hint: 'is there memory for so many? fewer --processes or --keys need less',
        }),
      );
    this.#child.once('error', (error) => died(error.message));
    this.#child.once('exit', (code, signal) => died(signal ?? `exit ${code}`));
  }

  async prepare(plan: LoadPlan): Promise<void> {
    await this.#ask({kind: 'prepare', plan});
  }

  async run(hooks: LoadHooks): Promise<LoadResult> {
    this.#hooks = hooks;
    return (await this.#ask({kind: 'run'}))!;
  }

  stop(): void {
    if (this.#child.connected) this.#child.send({kind: 'stop'} satisfies ToProcess);
  }

  /** It ends when nobody is connected to it any more. */
  async close(): Promise<void> {
    this.#settle = undefined;
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }

  #ask(message: ToProcess): Promise<LoadResult | undefined> {
    return new Promise((done, failed) => {
      this.#settle = {done, failed};
      this.#child.send(message);
    });
  }

  #hear(message: FromProcess): void {
    switch (message.kind) {
      case 'ready':
        this.#settle?.done(undefined);
        break;
      case 'done':
        this.#settle?.done(message.result);
        break;
      case 'progress':
        this.#hooks?.onProgress(message.answers);
        break;
      case 'lost':
        this.#hooks?.onLost();
        break;
      case 'failed': {
        const {message: text, hint, ...details} = message.error;
        this.#settle?.failed(new RatectlError(text, {...details, ...(hint === undefined ? {} : {hint})}));
        break;
      }
    }
  }
}
