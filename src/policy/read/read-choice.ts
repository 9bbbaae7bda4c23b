import {type Problems, typoHint} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';

/** One of a few words. */
export const readChoice = <T extends string>(
  node: SourceNode,
  path: string,
  words: readonly T[],
  problems: Problems,
): T | undefined => {
  const found = node.kind === 'scalar' ? words.find((word) => word === node.value) : undefined;
  if (found === undefined) {
    const names = words.map((word) => `"${word}"`);
    const hint = node.kind === 'scalar' ? typoHint(node.source, words) : undefined;
    problems.expected(node, path, `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`, hint);
  }
  return found;
};

/** true or false. */
export const readFlag = (node: SourceNode, path: string, problems: Problems): boolean | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  problems.expected(
    node,
    path,
    'true or false',
    node.kind === 'scalar' && typeof node.value === 'string' ? flagHint(node.value) : undefined,
  );
  return undefined;
};

const flagHint = (typed: string): string | undefined => {
  if (/^(yes|on|true|1)$/i.test(typed)) return 'did you mean true?';
  return /^(no|off|false|0)$/i.test(typed) ? 'did you mean false?' : undefined;
};
