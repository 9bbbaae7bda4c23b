import type {BreakerGuard} from '../../../engine/policy-model.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {COUNTED} from '../../protection-types.ts';
import {readChoice} from '../read-choice.ts';
import {type Fields, readOr} from '../read-fields.ts';
import {readTemplate} from '../read-template.ts';
import {readScope} from './read-scope.ts';

/** Any of them makes a breaker stand before requests. */
const OF_REQUESTS = ['key', 'when', 'unless', 'counts'];

/** What a breaker stands before. `refuses` says whether the policy has limits, whose refusals it could count. */
export const readGuard = (
  fields: Fields,
  path: string,
  refuses: boolean,
  problems: Problems,
): BreakerGuard => {
  if (!OF_REQUESTS.some((name) => fields.has(name))) return {kind: 'calls'};
  const counts = readOr(fields, 'counts', 'failures', path, problems, (value, at) =>
    readChoice(value, at, COUNTED, problems),
  );
  if (counts === 'refusals' && !refuses)
    problems.report(fields.get('counts')!.value.at, pathTo(path, 'counts'), 'nothing is refused here', {
      hint: 'counts: refusals needs a policy with "limits"',
    });
  return {
    kind: 'requests',
    key: readOr<string | undefined>(fields, 'key', undefined, path, problems, readTemplate),
    counts,
    ...readScope(fields, path, problems),
  };
};
