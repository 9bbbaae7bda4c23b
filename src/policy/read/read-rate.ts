import {formatDuration, parseDuration} from '../../base/duration.ts';
import {quoted} from '../../base/safe-text.ts';
import {gcd} from '../../engine/arithmetic/gcd.ts';
import {type Problems, pathTo} from '../problems.ts';
import type {MapNode, SourceNode} from '../source/source-node.ts';
import {RATE_PATTERN, VALUE_TYPES} from '../value-types.ts';
import {readCount} from './read-count.ts';
import {LONGEST, nearestDuration, readDuration} from './read-duration.ts';

/** `count` units per `per` µs, exactly as written, and as text for messages. */
export interface WrittenRate {
  readonly count: number;
  readonly per: number;
  /** What `burst` is when it is left out: the number written, rounded up. */
  readonly amount: number;
  readonly text: string;
}

const {expected} = VALUE_TYPES.rate;

/** The rate that was probably meant: `10/x` → `10/s`, `10 per minute` → `10/m`, `1,000/h` → `1000/h`. */
export const nearestRate = (typed: string): string | undefined => {
  if (typed.length > 40) return undefined;
  const match = /^\s*([\d][\d.,_ ]*?)\s*(?:(?:\/|per)\s*(.*)|(?:rps|r\/s|rpm|r\/m)?)$/i.exec(typed);
  if (match === null) return undefined;
  const number = match[1]!.replaceAll(/[,_ ]/g, '');
  const unit =
    match[2] === undefined
      ? /(rpm|r\/m)$/i.test(typed)
        ? 'm'
        : 's'
      : (nearestDuration(match[2])?.replace(/^1([a-z]+)$/, '$1') ?? 's');
  const meant = `${number}/${unit}`;
  return meant !== typed && RATE_PATTERN.test(meant) && !/^0+(\.0+)?\//.test(meant) ? meant : undefined;
};

/** A rate as it is written, or what is wrong with one that has the form. */
export const parseRate = (text: string): WrittenRate | 'zero' | 'too-long' | 'too-fine' | undefined => {
  const match = RATE_PATTERN.exec(text);
  if (match === null) return undefined;
  const [, whole, fraction = '', unit] = match;
  const per = parseDuration(/^\d/.test(unit!) ? unit! : `1${unit}`);
  if (per === undefined) return undefined;
  if (per === 0) return 'zero';
  if (per > LONGEST) return 'too-long';
  const scale = 10 ** fraction.length;
  const scaled = Number(`${whole}${fraction}`);
  if (scaled === 0) return 'zero';
  if (!Number.isSafeInteger(scaled) || !Number.isSafeInteger(scale)) return 'too-fine';
  // 1.67/s is 167 per 100 s; 1.50/s is 3 per 2 s; a whole count stays as it is.
  const shared = gcd(scaled, scale);
  const count = scaled / shared;
  const spread = per * (scale / shared);
  if (!Number.isSafeInteger(spread) || spread > LONGEST) return 'too-fine';
  return {count, per: spread, amount: Math.ceil(count / (scale / shared)), text};
};

const PAIR_FIELDS = ['count', 'per'];

/** `{ count: 20, per: 10s }`. */
export const readPair = (node: MapNode, path: string, problems: Problems): WrittenRate | undefined => {
  const before = problems.count;
  let count: number | undefined;
  let per: number | undefined;
  for (const {key, keyAt, value} of node.entries) {
    const at = pathTo(path, key);
    if (key === 'count') count = readCount(value, at, {min: 1}, problems);
    else if (key === 'per') per = readDuration(value, at, problems);
    else problems.report(keyAt, path, `unknown field ${quoted(key)}`, {hint: 'a rate has count and per'});
  }
  if (problems.count > before) return undefined;
  if (count !== undefined && per !== undefined) {
    return {count, per, amount: count, text: `${count}/${formatDuration(per)}`};
  }
  const missing = PAIR_FIELDS.filter((name) => !node.entries.some((entry) => entry.key === name));
  problems.report(node.at, path, `a rate needs ${missing.map((name) => `"${name}"`).join(' and ')}`, {
    expected,
    hint: 'such as { count: 20, per: 10s }',
  });
  return undefined;
};

const zeroHint = (typed: string): string | undefined =>
  /^0/.test(typed) ? 'to deny single keys use overrides: { key: block }' : undefined;

/** `10/s`, `1.67/s`, `20/10s` or `{ count: 20, per: 10s }`. */
export const readRate = (node: SourceNode, path: string, problems: Problems): WrittenRate | undefined => {
  if (node.kind === 'map') return readPair(node, path, problems);
  if (node.kind === 'list' || node.value === null || typeof node.value === 'boolean') {
    problems.expected(node, path, expected);
    return undefined;
  }
  const rate = typeof node.value === 'string' ? parseRate(node.value) : undefined;
  if (typeof rate === 'object') return rate;
  if (rate === 'zero' || /^-|^0*$/.test(node.source))
    problems.expected(node, path, 'a rate above zero', zeroHint(node.source));
  else if (rate === 'too-long') problems.expected(node, path, 'a rate over at most 36525d (100 years)');
  else if (rate === 'too-fine') problems.expected(node, path, 'a rate with fewer digits');
  else {
    const meant = nearestRate(node.source);
    problems.expected(node, path, expected, meant === undefined ? undefined : `did you mean "${meant}"?`);
  }
  return undefined;
};
