import {fromSeconds, MAX_MICROS, type Micros, toRfc3339} from '../base/micros.ts';
import type {CliContext} from './context.ts';

/** What every JSON answer looks like; `data` is the command's own. */
export interface Envelope<T> {
  /** `ratectl.<command>/1`: the number changes when a field changes its meaning or goes. */
  readonly schema: string;
  /** RFC 3339, UTC. */
  readonly generatedAt: string;
  /** Name of the context (the store) the answer is about; null for commands that need none. */
  readonly context: string | null;
  readonly data: T;
  readonly warnings: readonly string[];
}

/** Now, or the instant SOURCE_DATE_EPOCH (whole seconds) asks for, so that the same input gives the same bytes. */
const instantOf = ({clock, streams}: CliContext): Micros => {
  const asked = streams.env['SOURCE_DATE_EPOCH'] ?? '';
  const fixed = /^\d{1,12}$/.test(asked) ? fromSeconds(Number(asked)) : undefined;
  return fixed !== undefined && fixed <= MAX_MICROS ? fixed : clock.now();
};

export const envelope = <T>(
  command: string,
  data: T,
  warnings: readonly string[],
  context: CliContext,
  /** Name of the context that the answer is about. */
  contextName: string | null = null,
): Envelope<T> => ({
  schema: `ratectl.${command}/1`,
  generatedAt: toRfc3339(instantOf(context)),
  context: contextName,
  data,
  warnings,
});
