import type {Problems} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';

export interface CountRange {
  readonly min: number;
  readonly max?: number;
  /** What `max` is, when another field sets it: `burst`. */
  readonly maxIs?: string;
}

const rangeText = ({min, max, maxIs}: CountRange): string => {
  if (max === undefined) return `a whole number of ${min} or more`;
  return `a whole number from ${min} to ${max}${maxIs === undefined ? '' : ` (${maxIs})`}`;
};

const hintFor = (node: SourceNode): string | undefined => {
  if (node.kind !== 'scalar') return undefined;
  if (typeof node.value === 'string') {
    const digits = node.value.replaceAll(/[\s,_']/g, '');
    return /^\d{1,15}$/.test(digits) ? `did you mean ${Number(digits)}?` : undefined;
  }
  if (typeof node.value === 'number' && node.value > Number.MAX_SAFE_INTEGER)
    return `at most ${Number.MAX_SAFE_INTEGER}`;
  return undefined;
};

/** A whole number in a range, up to 2^53 − 1. */
export const readCount = (
  node: SourceNode,
  path: string,
  range: CountRange,
  problems: Problems,
): number | undefined => {
  const value = node.kind === 'scalar' ? node.value : undefined;
  const max = range.max ?? Number.MAX_SAFE_INTEGER;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= max)
    return value;
  problems.expected(node, path, rangeText(range), hintFor(node));
  return undefined;
};
