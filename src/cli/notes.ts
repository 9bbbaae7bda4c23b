import {formatLocation} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';
import type {Trace} from '../trace/read/trace.ts';
import type {CliContext} from './context.ts';
import type {OutputFlags} from './options/output.ts';

/** Notes on stderr, one line each; none with --quiet. */
export const tell = async (
  notes: readonly string[],
  flags: Pick<OutputFlags, 'quiet'>,
  {streams}: CliContext,
): Promise<void> => {
  if (flags.quiet === true) return;
  for (const note of notes) await streams.err.write(`note: ${safeText(note)}\n`);
};

/** Warnings on stderr, those of the JSON answer, one line each; none with --quiet. */
export const warn = async (
  warnings: readonly string[],
  flags: Pick<OutputFlags, 'quiet'>,
  {streams}: CliContext,
): Promise<void> => {
  if (flags.quiet === true) return;
  for (const warning of warnings) await streams.err.write(`warning: ${safeText(warning)}\n`);
};

/** The first bad lines, each with its place and reason, and how many there are in all; nothing with --quiet: reports count them. */
export const reportProblems = async (
  trace: Trace,
  flags: Pick<OutputFlags, 'quiet'>,
  {streams}: CliContext,
): Promise<void> => {
  const bad = trace.sum('bad');
  if (bad === 0 || flags.quiet === true) return;
  const {problems} = trace;
  for (const {file, line, column, reason} of problems) {
    const where = formatLocation({file, line, ...(column > 0 ? {column} : {})});
    await streams.err.write(`${safeText(where)}: ${reason}\n`);
  }
  const more = bad > problems.length ? ` (the first ${problems.length} are shown)` : '';
  await streams.err.write(
    `warning: ${bad} bad ${bad === 1 ? 'line was' : 'lines were'} left out${more}; --strict stops at the first\n`,
  );
};
