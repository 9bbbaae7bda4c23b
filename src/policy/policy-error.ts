import {formatLocation, type Location, RatectlError} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';

/** One thing that is wrong with a policy file. */
export interface PolicyProblem {
  /** Field path and what is wrong with it: `limits[0].rate: expected a rate such as "10/s", got "10/x"`. */
  readonly message: string;
  readonly where: Location;
  /** What the field takes, in words; undefined when there is no such field. */
  readonly expected: string | undefined;
  /** What to do: `did you mean "10/s"?` */
  readonly hint: string | undefined;
}

/** `ratectl.yaml:7:12: limits[0].rate: expected …, got "10/x" (did you mean "10/s"?)` */
export const problemText = (problem: PolicyProblem): string => {
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${safeText(formatLocation(problem.where))}: ${problem.message}${hint}`;
};

const messageOf = (problems: readonly PolicyProblem[], more: boolean): string => {
  if (problems.length === 1) return problemText(problems[0]!);
  const lines = problems.map((problem) => `  ${problemText(problem)}`);
  if (more) lines.push('  … and more: these are the first ones');
  return [`the policy has ${more ? 'more than ' : ''}${problems.length} problems`, ...lines].join('\n');
};

/** A policy that cannot be used, with everything that is wrong with it. Its message has a line for each problem. */
export class PolicyError extends RatectlError {
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[], more = false) {
    super(messageOf(problems, more), {code: 'policy/invalid'});
    this.name = 'PolicyError';
    this.problems = problems;
  }
}
