import {formatDuration} from '../../../base/duration.ts';
import type {Problems} from '../../problems.ts';
import {BACKOFF_FIELDS} from '../../section-fields.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readFields, readOr} from '../read-fields.ts';
import {DAY, SHORTEST_WAIT, spanFrom} from './read-span.ts';

/** µs. */
export interface Backoff {
  readonly first: number;
  readonly most: number;
}

const readWait = spanFrom(SHORTEST_WAIT, 7 * DAY);

/** Waits after failures; what is left out is that of `otherwise`. */
export const backoffOr =
  (otherwise: Backoff) =>
  (node: SourceNode, path: string, problems: Problems): Backoff | undefined => {
    const before = problems.count;
    const fields = readFields(node, path, BACKOFF_FIELDS, problems, VALUE_TYPES.backoff.expected);
    if (fields === undefined) return undefined;
    const first = readOr(fields, 'first', otherwise.first, path, problems, readWait);
    const most = readOr(fields, 'most', otherwise.most, path, problems, readWait);
    if (problems.count === before && first > most) {
      const from = (name: string): string => (fields.has(name) ? '' : ', the default');
      problems.report(
        node.at,
        path,
        `"first" (${formatDuration(first)}${from('first')}) is longer than "most" (${formatDuration(most)}${from('most')})`,
        {hint: fields.has('most') ? 'make "first" shorter' : 'give "most" too'},
      );
    }
    return problems.count === before ? {first, most} : undefined;
  };
