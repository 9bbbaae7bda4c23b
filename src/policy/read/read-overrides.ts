import type {AlgorithmSpec, Override} from '../../engine/policy-model.ts';
import type {AlgorithmName} from '../algorithm-names.ts';
import {BUCKET_FIELDS} from '../limit-fields.ts';
import {type Problems, pathTo, typoHint} from '../problems.ts';
import type {MapEntry, SourceNode} from '../source/source-node.ts';
import {MAX_OVERRIDES, VALUE_TYPES} from '../value-types.ts';
import {readBucket} from './read-bucket.ts';
import {type Fields, readFields} from './read-fields.ts';
import {readBuckets} from './read-plan.ts';

/** What overrides may leave out: the parameters of the limit and its algorithm. */
export interface OverrideBase {
  readonly fields: Fields;
  /** Undefined when the limit has no buckets of its own that are right: then buckets of overrides inherit nothing. */
  readonly algorithm: AlgorithmName | undefined;
  /** Whether the limit itself is wrong: then problems of what is inherited are told once, there. */
  readonly broken: boolean;
}

/** `overrides: { "10.0.0.1": exempt, evil: block, "partner-7": { rate: 100/s } }` */
export const readOverrides = (
  node: SourceNode,
  path: string,
  base: OverrideBase,
  problems: Problems,
): ReadonlyMap<string, Override> => {
  const overrides = new Map<string, Override>();
  if (node.kind !== 'map') {
    problems.expected(node, path, VALUE_TYPES.overrides.expected);
    return overrides;
  }
  if (node.entries.length > MAX_OVERRIDES) {
    problems.report(node.at, path, `expected at most ${MAX_OVERRIDES} overrides, got ${node.entries.length}`);
    return overrides;
  }
  for (const {key, value} of node.entries) {
    const override = readOverride(value, pathTo(path, key), base, problems);
    if (override !== undefined) overrides.set(key, override);
  }
  return overrides;
};

const readOverride = (
  node: SourceNode,
  path: string,
  base: OverrideBase,
  problems: Problems,
): Override | undefined => {
  if (node.kind === 'scalar') {
    if (node.value === 'exempt' || node.value === 'block') return {kind: node.value};
    problems.expected(
      node,
      path,
      '"exempt", "block" or a bucket such as { rate: 100/s }',
      typoHint(node.source, ['exempt', 'block']),
    );
    return undefined;
  }
  const buckets = readBuckets(node, path, problems, (item, at) => readInheriting(item, at, base, problems));
  return buckets === undefined ? undefined : {kind: 'buckets', buckets};
};

/** A bucket with the parameters of the limit where it has none of its own and the algorithm is the same. */
const readInheriting = (
  node: SourceNode,
  path: string,
  base: OverrideBase,
  problems: Problems,
): AlgorithmSpec | undefined => {
  const own = readFields(node, path, BUCKET_FIELDS, problems, 'a bucket such as { rate: 100/s }');
  if (own === undefined || base.broken) return undefined;
  const named = own.get('algorithm');
  const same = named === undefined || (named.value.kind === 'scalar' && named.value.value === base.algorithm);
  if (!same || base.algorithm === undefined) return readBucket({fields: own, at: node.at, path}, problems);
  const fields = new Map<string, MapEntry>(own);
  const inherited = new Set<string>();
  for (const field of BUCKET_FIELDS) {
    const entry = base.fields.get(field.name);
    if (entry === undefined || fields.has(field.name) || excludes(own, field.name)) continue;
    fields.set(field.name, entry);
    inherited.add(field.name);
  }
  return readBucket({fields, at: node.at, path, algorithm: base.algorithm, inherited}, problems);
};

/** `delay` and `nodelay` exclude each other: an override with one does not have the other from its limit. */
const excludes = (own: Fields, name: string): boolean =>
  (name === 'delay' && own.has('nodelay')) || (name === 'nodelay' && own.has('delay'));
