/** A process that makes load: told by the command what to do, and gone with it. */
import {ExitCode} from '../base/exit-code.ts';
import {isRatectlError} from '../base/ratectl-error.ts';
import type {FromProcess, SentError, ToProcess} from './protocol.ts';
import {prepareLoad, type ReadyLoad} from './run-load.ts';

let load: ReadyLoad | undefined;
let isStopped = false;

const tell = (message: FromProcess): void => {
  // The command may be gone.
  if (process.connected) process.send?.(message);
};

const sentError = (error: unknown): SentError =>
  isRatectlError(error)
    ? {message: error.message, code: error.code, hint: error.hint, exit: error.exit}
    : {
        message: error instanceof Error ? error.message : String(error),
        code: 'bench/process',
        hint: undefined,
        exit: ExitCode.unexpected,
      };

const run = async (): Promise<void> => {
  const result = await load!.run({
    onProgress: (answers) => tell({kind: 'progress', answers}),
    onLost: () => tell({kind: 'lost'}),
  });
  tell({kind: 'done', result});
};

const hear = async (message: ToProcess): Promise<void> => {
  switch (message.kind) {
    case 'prepare':
      load = await prepareLoad(message.plan);
      if (isStopped) load.stop();
      tell({kind: 'ready'});
      break;
    case 'run':
      await run();
      break;
    case 'stop':
      isStopped = true;
      load?.stop();
      break;
  }
};

process.on('message', (message: ToProcess) => {
  hear(message).catch((error: unknown) => tell({kind: 'failed', error: sentError(error)}));
});

// Ctrl-C, a terminal that is closed and `timeout` reach every process of the group: the command ends the run and asks for what there is.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => {
  load?.stop();
  void load?.close().catch(() => undefined);
  // A connection that does not close must not keep a process that nobody waits for.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 3_000).unref();
});
