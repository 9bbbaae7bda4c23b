import {type Problems, pathTo} from '../../problems.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {NAME_PATTERN} from '../../value-forms.ts';
import {VALUE_TYPES} from '../../value-types.ts';

interface Section {
  /** What it holds, in words. */
  readonly expected: string;
  /** The plural, for `at most 256 queues`. */
  readonly plural: string;
  readonly most: number;
}

/** Entries by name, in the order of the file. What is wrong with one does not keep the others from being read. */
export const readNamed = <T>(
  node: SourceNode | undefined,
  path: string,
  section: Section,
  problems: Problems,
  read: (name: string, node: SourceNode, path: string) => T | undefined,
): readonly T[] => {
  if (node === undefined) return [];
  if (node.kind !== 'map') {
    problems.expected(node, path, section.expected);
    return [];
  }
  if (node.entries.length > section.most) {
    const message = `expected at most ${section.most} ${section.plural}, got ${node.entries.length}`;
    problems.report(node.at, path, message);
    return [];
  }
  return node.entries.flatMap(({key, keyAt, value}) => {
    const at = pathTo(path, key);
    if (!NAME_PATTERN.test(key)) problems.report(keyAt, at, `expected ${VALUE_TYPES.name.expected}`);
    return read(key, value, at) ?? [];
  });
};
