import {quoted} from '../../../base/safe-text.ts';
import {type Problems, typoHint} from '../../problems.ts';
import {describeNode, type SourceNode} from '../../source/source-node.ts';

interface Names {
  /** The list, in words. */
  readonly expected: string;
  /** One of them, in words: `the name of a limit`. */
  readonly one: string;
  readonly fewest: number;
  readonly most: number;
  /** What there is to name, and what to say when there is nothing like it. */
  readonly known: readonly string[];
  readonly otherwise: string;
}

/** A list of names, each of them known and given once. Numbers and booleans are names as they are written. */
export const namesAmong =
  (names: Names) =>
  (node: SourceNode, path: string, problems: Problems): readonly string[] | undefined => {
    const items = node.kind === 'list' ? node.items : [];
    if (items.length < names.fewest || items.length > names.most) {
      const one = node.kind === 'scalar' && names.known.includes(node.source) && names.fewest === 1;
      problems.expected(node, path, names.expected, one ? `put it in a list: [${node.source}]` : undefined);
      return undefined;
    }
    const before = problems.count;
    const found = new Set<string>();
    items.forEach((item, i) => {
      const at = `${path}[${i}]`;
      const name = item.kind === 'scalar' && item.value !== null ? item.source : undefined;
      if (name === undefined || !names.known.includes(name)) {
        const hint = typoHint(name ?? '', names.known) ?? names.otherwise;
        problems.report(item.at, at, `expected ${names.one}, got ${describeNode(item)}`, {hint});
      } else if (found.has(name)) problems.report(item.at, at, `${quoted(name)} is given twice`);
      else found.add(name);
    });
    return problems.count === before ? [...found] : undefined;
  };
