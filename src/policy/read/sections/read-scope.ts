import type {MatcherSpec} from '../../../engine/policy-model.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {type Fields, readOr} from '../read-fields.ts';
import {readMatchers} from '../read-matchers.ts';

/** Which requests a pool or a breaker is for. */
export interface Scope {
  readonly when: readonly MatcherSpec[];
  readonly unless: readonly MatcherSpec[];
}

/** `when` and `unless`, with a warning where they leave no request. */
export const readScope = (fields: Fields, path: string, problems: Problems): Scope => {
  const scope: Scope = {
    when: readOr(fields, 'when', [], path, problems, readMatchers),
    unless: readOr(fields, 'unless', [], path, problems, readMatchers),
  };
  if (scope.when.length > 0 && sameMatchers(scope.when, scope.unless))
    problems.warn(
      fields.get('unless')!.keyAt,
      pathTo(path, 'unless'),
      'matches what "when" matches: no request is left',
    );
  return scope;
};

/** Whether two lists of matchers say the same, in whatever order. */
export const sameMatchers = (a: readonly MatcherSpec[], b: readonly MatcherSpec[]): boolean =>
  matchersText(a) === matchersText(b);

const matchersText = (matchers: readonly MatcherSpec[]): string =>
  JSON.stringify(
    matchers.map(({attribute, values}) => JSON.stringify([attribute, [...new Set(values)].sort()])).sort(),
  );
