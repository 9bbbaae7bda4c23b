import type {StatusSource} from '../../operate/status/read-status.ts';
import type {Journals} from '../../store/port.ts';

/** An open store, and what the configuration says about it. */
export interface Connection {
  readonly source: StatusSource & {readonly store: Pick<Journals, 'latest'>};
  readonly contextName: string | null;
  readonly readOnly: boolean;
  readonly production: boolean;
  readonly warnings: readonly string[];
}

/**
 * Opens the store, runs and closes it. `context` is the context chosen in the dashboard; undefined: the one of the command line.
 * Throws a RatectlError when it cannot be opened.
 */
export type Connect = <T>(
  context: string | undefined,
  use: (connection: Connection) => Promise<T>,
) => Promise<T>;
