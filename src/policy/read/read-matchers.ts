import type {MatcherSpec} from '../../engine/policy-model.ts';
import {type Problems, pathTo} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {ATTRIBUTE_PATTERN, MAX_VALUES, VALUE_TYPES} from '../value-types.ts';

const readValue = (node: SourceNode, path: string, problems: Problems): string | undefined => {
  if (node.kind === 'scalar' && node.value !== null && node.source !== '') return node.source;
  const empty = node.kind === 'scalar' && node.value === '';
  problems.expected(
    node,
    path,
    'a text or number',
    empty ? 'a missing attribute matches nothing' : undefined,
  );
  return undefined;
};

/** `{ path: [/health, "/api/*"], method: GET }`: numbers and booleans match as they are written. */
export const readMatchers = (
  node: SourceNode,
  path: string,
  problems: Problems,
): readonly MatcherSpec[] | undefined => {
  const {expected} = VALUE_TYPES.matchers;
  if (node.kind !== 'map' || node.entries.length === 0) {
    problems.expected(node, path, expected);
    return undefined;
  }
  const matchers: MatcherSpec[] = [];
  for (const {key, keyAt, value} of node.entries) {
    const at = pathTo(path, key);
    if (!ATTRIBUTE_PATTERN.test(key)) {
      problems.report(keyAt, at, 'expected the name of an attribute: letters, digits, "_", "." or "-"');
      continue;
    }
    if (value.kind === 'list' && (value.items.length === 0 || value.items.length > MAX_VALUES)) {
      problems.expected(value, at, `a value, or a list of 1 to ${MAX_VALUES} values`);
      continue;
    }
    const items = value.kind === 'list' ? value.items : [value];
    const values = items.map((item, i) =>
      readValue(item, value.kind === 'list' ? `${at}[${i}]` : at, problems),
    );
    matchers.push({attribute: key, values: values.filter((item) => item !== undefined)});
  }
  return matchers;
};
