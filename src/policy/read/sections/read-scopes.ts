import {quoted} from '../../../base/safe-text.ts';
import type {Problems} from '../../problems.ts';
import {MAX_SCOPES, SCOPE_PATTERN} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {textMatching} from './read-text.ts';

const readScope = textMatching(
  SCOPE_PATTERN,
  'a scope: at most 256 printable ASCII characters without a space, \'"\' or "\\"',
);

/** Scopes, each once. */
export const readScopes = (
  node: SourceNode,
  path: string,
  problems: Problems,
): readonly string[] | undefined => {
  if (node.kind !== 'list' || node.items.length === 0 || node.items.length > MAX_SCOPES) {
    problems.expected(node, path, VALUE_TYPES.scopes.expected, hintFor(node));
    return undefined;
  }
  const before = problems.count;
  const scopes = new Set<string>();
  node.items.forEach((item, i) => {
    const scope = readScope(item, `${path}[${i}]`, problems);
    if (scope === undefined) return;
    if (scopes.has(scope)) problems.report(item.at, `${path}[${i}]`, `${quoted(scope)} is given twice`);
    scopes.add(scope);
  });
  return problems.count === before ? [...scopes] : undefined;
};

const hintFor = (node: SourceNode): string | undefined => {
  if (node.kind === 'list' && node.items.length === 0)
    return 'leave scopes out to keep those that were granted';
  const words = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.split(/[\s,]+/) : [];
  const fit = words.length > 0 && words.length <= 8 && words.every((word) => SCOPE_PATTERN.test(word));
  return fit ? `did you mean [${words.join(', ')}]?` : undefined;
};
