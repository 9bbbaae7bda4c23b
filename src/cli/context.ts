import type {Clock} from '../base/clock.ts';
import type {ExitCode} from '../base/exit-code.ts';
import type {Streams} from '../base/streams.ts';

/** What every command receives from the process edge; tests replace it. */
export interface CliContext {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly cwd: string;
  /** Version of the package. */
  readonly version: string;
  /** Set by a command whose answer is not 0: thresholds failed, nothing to do … */
  exitCode: number;
  /** Run, last first, when the process ends by signal or error: removes temporary files, restores the terminal. */
  readonly cleanups: Set<() => void>;
  /**
   * Set by a command that has to finish something when the process is told to end, such as to store a provider's answer: the first
   * signal calls it with the exit code, and the command ends by itself. A second signal ends the process at once.
   */
  onSignal?: ((exit: ExitCode) => void) | undefined;
}
