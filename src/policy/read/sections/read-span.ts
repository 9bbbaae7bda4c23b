import {formatDuration, parseDuration} from '../../../base/duration.ts';
import type {Problems} from '../../problems.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {readDuration} from '../read-duration.ts';

export const MILLISECOND = 1_000;
export const SECOND = 1_000 * MILLISECOND;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The shortest span that a network and a timer can keep. */
export const SHORTEST = 100 * MILLISECOND;
export const SHORTEST_WAIT = 10 * MILLISECOND;

/** A duration between two others, both allowed. µs. With `min` 0 it may be `0s`. */
export const spanFrom =
  (min: number, max: number) =>
  (node: SourceNode, path: string, problems: Problems): number | undefined => {
    if (node.kind === 'scalar') {
      if (min === 0 && typeof node.value === 'string' && parseDuration(node.value) === 0 && node.value !== '')
        return 0;
      if (min === 0 && node.value === 0) {
        problems.expected(node, path, 'a duration', 'did you mean "0s"?');
        return undefined;
      }
    }
    const value = readDuration(node, path, problems);
    if (value === undefined || (value >= min && value <= max)) return value;
    const from = min === 0 ? '0s' : formatDuration(min);
    problems.expected(node, path, `a duration from ${from} to ${formatDuration(max)}`);
    return undefined;
  };
