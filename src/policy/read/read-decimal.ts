import type {Problems} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES, type ValueTypeName} from '../value-types.ts';
import {percentOf} from './read-percent.ts';

/** A number that need not be whole, such as 0.9. What is written as a share or as text is refused, with the number. */
export const decimalWhere =
  (type: ValueTypeName, fits: (value: number) => boolean) =>
  (node: SourceNode, path: string, problems: Problems): number | undefined => {
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && fits(value)) return value;
    const meant = typeof value === 'string' ? numberOf(value, node) : undefined;
    const hint = meant !== undefined && fits(meant) ? `did you mean ${meant}?` : undefined;
    problems.expected(node, path, VALUE_TYPES[type].expected, hint);
    return undefined;
  };

const numberOf = (text: string, node: SourceNode): number | undefined =>
  percentOf(node) ?? (/^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined);
