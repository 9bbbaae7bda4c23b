import {ExitCode} from '../base/exit-code.ts';
import type {CliContext} from './context.ts';

/** After a change: that running applications were not told of it is worth a warning and exit 6. `untold`: why not; undefined: they were. */
export const untoldWarnings = (untold: string | undefined, context: CliContext): readonly string[] => {
  if (untold === undefined) return [];
  context.exitCode = ExitCode.partial;
  return [
    `it is changed, but running applications were not told (${untold}): run the same command again, which tells them`,
  ];
};
