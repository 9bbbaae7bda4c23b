import type {Problems} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {PERCENT_PATTERN} from '../value-forms.ts';
import {VALUE_TYPES, type ValueTypeName} from '../value-types.ts';

type Reader = (node: SourceNode, path: string, problems: Problems) => number | undefined;

/** The share that `120%` is, as 1.2, in steps of a hundredth of a per cent; undefined for what is none. */
export const percentOf = (node: SourceNode): number | undefined => {
  const match = PERCENT_PATTERN.exec(node.kind === 'scalar' ? node.source : '');
  return match === null ? undefined : Math.round(Number(match[1]) * 100) / 10_000;
};

/** `0.8` and `80` are what other tools take for 80%. Numbers below `whole` are meant as decimals. */
export const percentHint = (node: SourceNode, whole: number, most = 100): string | undefined => {
  const value = node.kind === 'scalar' && typeof node.value === 'number' ? node.value : 0;
  if (!(value > 0)) return undefined;
  const percent = Number((value < whole ? value * 100 : value).toFixed(2));
  return percent > 0 && percent <= most ? `did you mean "${percent}%"?` : undefined;
};

const percentWhere =
  (type: ValueTypeName, whole: number, most: number, fits: (share: number) => boolean): Reader =>
  (node, path, problems) => {
    const share = percentOf(node);
    if (share !== undefined && fits(share)) return share;
    problems.expected(node, path, VALUE_TYPES[type].expected, percentHint(node, whole, most));
    return undefined;
  };

/** A share above 0% and at most 100%. */
export const readPart = percentWhere('part', 1, 100, (share) => share > 0 && share <= 1);

/** A share above 0% and below 100%. */
export const readInnerPart = percentWhere('innerPart', 1, 99.99, (share) => share > 0 && share < 1);

/** A pressure above 0: `120%` is 1.2 times the targets. `most` in per cent. */
export const pressureTo = (most: number): Reader =>
  percentWhere('pressure', most / 100 + 1, most, (share) => share > 0 && share * 100 <= most);
