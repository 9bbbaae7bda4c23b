import {isRatectlError} from '../base/ratectl-error.ts';
import type {LoadedPolicy} from '../policy/load-policy.ts';
import {PolicyError, type PolicyProblem} from '../policy/policy-error.ts';
import {parseThreshold} from '../simulate/threshold.ts';

/** Expressions are read where they are used; here their place in the file is put to what is wrong with them. */
export const checkThresholds = ({policy, file, thresholds}: LoadedPolicy): void => {
  const names = policy.limits.map(({name}) => name);
  const problems: PolicyProblem[] = [];
  thresholds.forEach(({text, line, column}, i) => {
    try {
      parseThreshold(text, `thresholds[${i}]`, names);
    } catch (error) {
      if (!isRatectlError(error)) throw error;
      problems.push({
        message: error.message,
        where: {file, line, column},
        expected: undefined,
        hint: error.hint,
      });
    }
  });
  if (problems.length > 0) throw new PolicyError(problems);
};
