import type {Problems} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {SHARE_PATTERN} from '../value-forms.ts';
import {VALUE_TYPES} from '../value-types.ts';

/** The share that `25%` is, as 0.25, in steps of a hundredth of a per cent; undefined for what is none. */
export const shareOf = (node: SourceNode): number | undefined => {
  const match = SHARE_PATTERN.exec(node.kind === 'scalar' ? node.source : '');
  return match !== null && Number(match[1]) <= 100 ? Number(match[1]) / 100 : undefined;
};

/** A share from 0% to 100%. */
export const readShare = (node: SourceNode, path: string, problems: Problems): number | undefined => {
  const share = shareOf(node);
  if (share === undefined) problems.expected(node, path, VALUE_TYPES.share.expected);
  return share;
};
