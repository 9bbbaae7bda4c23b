import {parseDuration} from '../../base/duration.ts';
import type {Problems} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES} from '../value-types.ts';

/** 100 years of 365.25 days. */
export const LONGEST = 36_525 * 86_400_000_000;

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    us: 'us usec microsecond microseconds',
    ms: 'ms msec milli millis millisecond milliseconds',
    s: 's sec secs second seconds',
    m: 'm min mins minute minutes',
    h: 'h hr hrs hour hours',
    d: 'd day days',
    w: 'w week weeks',
  }).flatMap(([unit, words]) => words.split(' ').map((word) => [word, unit] as const)),
);

/** The duration that was probably meant: `1 minute` → `1m`, `60` → `60s`. */
export const nearestDuration = (typed: string): string | undefined => {
  if (typed.length > 40) return undefined;
  let meant = '';
  for (const [, number, word] of typed.toLowerCase().matchAll(/(\d+(?:\.\d+)?)?\s*([a-zµ]*)[\s,]*/g)) {
    if (number === undefined && word === '') continue;
    const unit = word === '' ? 's' : WORDS.get(word!);
    if (unit === undefined) return undefined;
    meant += `${number ?? 1}${unit}`;
  }
  const value = parseDuration(meant);
  return value === undefined || value === 0 ? undefined : meant;
};

/** A duration above zero, at most 100 years, in whole microseconds. */
export const readDuration = (node: SourceNode, path: string, problems: Problems): number | undefined => {
  const {expected} = VALUE_TYPES.duration;
  if (node.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') {
    problems.expected(node, path, expected);
    return undefined;
  }
  const value = typeof node.value === 'string' ? parseDuration(node.value) : undefined;
  if (value !== undefined && value > 0 && value <= LONGEST) return value;
  if (value === 0) problems.expected(node, path, 'a duration above zero');
  else if (value !== undefined) problems.expected(node, path, 'a duration of at most 36525d (100 years)');
  else {
    const meant = nearestDuration(node.source);
    problems.expected(node, path, expected, meant === undefined ? undefined : `did you mean "${meant}"?`);
  }
  return undefined;
};
