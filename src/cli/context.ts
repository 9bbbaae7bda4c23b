import type {Clock} from '../base/clock.ts';
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
}
