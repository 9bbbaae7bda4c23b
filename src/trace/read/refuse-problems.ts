import {RatectlError} from '../../base/ratectl-error.ts';
import type {Problem} from './problems.ts';

/** `--strict`: the first bad line ends the run (exit 2). Call it after each slice, and at the end. */
export const refuseProblems = ([problem]: readonly Problem[]): void => {
  if (problem === undefined) return;
  const {file, line, column, reason} = problem;
  throw new RatectlError(reason, {
    code: 'trace/bad-line',
    hint: 'without --strict the line is counted and left out',
    where: {file, line, ...(column > 0 ? {column} : {})},
  });
};
