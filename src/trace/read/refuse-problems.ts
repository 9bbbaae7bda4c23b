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

/** A trace with bad lines and not one request: thresholds over nothing would all hold, and a check that never fails is none. */
export const refuseNothingRead = ([problem]: readonly Problem[], requests: number): void => {
  if (requests > 0 || problem === undefined) return;
  const {file, line, reason} = problem;
  throw new RatectlError(`no line could be read as a request; the first one: ${reason}`, {
    code: 'trace/nothing-read',
    hint: '"ratectl trace info" says what is understood; --format and --map say what is meant',
    where: {file, line},
  });
};
