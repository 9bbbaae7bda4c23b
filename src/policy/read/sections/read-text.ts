import type {Problems} from '../../problems.ts';
import {describeNode, type SourceNode} from '../../source/source-node.ts';

/** What stands there, for messages about what may be a secret: its kind, and nothing of the value. */
export const kindOfNode = (node: SourceNode): string => {
  if (node.kind !== 'scalar' || node.value === null) return describeNode(node);
  if (typeof node.value === 'string') return node.value === '' ? 'an empty text' : 'a text';
  return typeof node.value === 'number' ? 'a number' : 'true or false';
};

/** `expected …, got a text`: as `Problems.expected`, without the value. */
export const expectedUnseen = (
  problems: Problems,
  node: SourceNode,
  path: string,
  expected: string,
  hint?: string,
): void => problems.report(node.at, path, `expected ${expected}, got ${kindOfNode(node)}`, {expected, hint});

/** A text that matches. */
export const textMatching =
  (pattern: RegExp, expected: string) =>
  (node: SourceNode, path: string, problems: Problems): string | undefined => {
    if (node.kind === 'scalar' && typeof node.value === 'string' && pattern.test(node.value))
      return node.value;
    const unquoted = node.kind === 'scalar' && node.value !== null && typeof node.value !== 'string';
    problems.expected(node, path, expected, unquoted ? 'put it in quotes' : undefined);
    return undefined;
  };

/** A text that may be a secret: at least one character, without a null character. */
export const readUnseen =
  (longest: number, shortest = 1) =>
  (node: SourceNode, path: string, problems: Problems): string | undefined => {
    const value = node.kind === 'scalar' ? node.value : null;
    if (
      typeof value === 'string' &&
      value.length >= shortest &&
      value.length <= longest &&
      !value.includes('\0')
    )
      return value;
    const unquoted = value !== null && typeof value !== 'string';
    const hint = unquoted ? 'put it in quotes' : undefined;
    expectedUnseen(problems, node, path, `a text of at most ${longest} characters`, hint);
    return undefined;
  };
