import type {Policy} from '../engine/policy-model.ts';
import type {LoadedPolicy} from './load-policy.ts';
import {Problems} from './problems.ts';
import {readPolicy} from './read/read-policy.ts';
import {parseJson} from './source/parse-json.ts';
import {parseYaml} from './source/parse-yaml.ts';
import {Positions} from './source/positions.ts';
import type {ListNode, MapNode, ScalarNode, SourceNode} from './source/source-node.ts';

/** The text of a policy, and the name that says what it is written in. */
export type WrittenPolicy = Pick<LoadedPolicy, 'source' | 'file'>;

/** A number as it stands in the text of a policy; of a rate it is what stands before the `/`. */
export interface WrittenNumber {
  /** Rounded up; undefined: the text leaves it to the default. */
  readonly value: number | undefined;
  /** The policy as it is read with another number in its place; undefined: it would be refused. */
  with(value: number): Policy | undefined;
}

/**
 * A number of a limit that has one bucket. The policy is read again for each value, so that all that hangs on it follows as it
 * would in the file: defaults, bounds, and overrides that have it from the limit.
 */
export const writtenNumber = ({source, file}: WrittenPolicy, limit: string, field: string): WrittenNumber => {
  const parsed = /\.json$/i.test(file) ? parseJson(source) : parseYaml(source);
  if (parsed.kind !== 'parsed') throw new Error('unreachable: the policy was read before');
  const {root} = parsed;
  const limits = listOf(memberOf(root, 'limits'));
  const at = limits.findIndex((item) => isNamed(item, limit));
  const node = limits[at];
  if (root.kind !== 'map' || node?.kind !== 'map') throw new Error('unreachable: the limit was read before');
  return {
    value: numberOf(memberOf(bucketOf(node), field)),
    with(value) {
      const changed = limits.with(at, withBucket(node, withNumber(bucketOf(node), field, value)));
      const problems = new Problems(file, new Positions(source));
      const {policy} = readPolicy(withMember(root, 'limits', list(root.at, changed)), problems);
      return problems.count === 0 ? policy : undefined;
    },
  };
};

const memberOf = (node: SourceNode | undefined, name: string): SourceNode | undefined =>
  node?.kind === 'map' ? node.entries.find(({key}) => key === name)?.value : undefined;

const listOf = (node: SourceNode | undefined): readonly SourceNode[] =>
  node?.kind === 'list' ? node.items : [];

const isNamed = (limit: SourceNode, name: string): boolean => {
  const found = memberOf(limit, 'name');
  return found?.kind === 'scalar' && found.value === name;
};

/** The limit itself, or what stands alone in its `buckets`. */
const bucketOf = (limit: MapNode): MapNode => {
  const [only] = listOf(memberOf(limit, 'buckets'));
  return only?.kind === 'map' ? only : limit;
};

const withBucket = (limit: MapNode, bucket: MapNode): MapNode =>
  bucketOf(limit) === limit ? bucket : withMember(limit, 'buckets', list(bucket.at, [bucket]));

const numberOf = (node: SourceNode | undefined): number | undefined => {
  if (node === undefined) return undefined;
  if (node.kind === 'map') return numberOf(memberOf(node, 'count'));
  return node.kind === 'scalar' ? Math.ceil(Number.parseFloat(node.source)) : undefined;
};

const withNumber = (bucket: MapNode, field: string, value: number): MapNode => {
  const old = memberOf(bucket, field);
  if (field !== 'rate' || old === undefined) return withMember(bucket, field, scalar(bucket.at, value));
  if (old.kind === 'map') return withMember(bucket, field, withMember(old, 'count', scalar(old.at, value)));
  const text = old.kind === 'scalar' ? old.source : '';
  return withMember(bucket, field, scalar(old.at, `${value}${text.slice(text.indexOf('/'))}`));
};

const withMember = (map: MapNode, name: string, value: SourceNode): MapNode => ({
  ...map,
  entries: [...map.entries.filter(({key}) => key !== name), {key: name, keyAt: map.at, value}],
});

const list = (at: number, items: readonly SourceNode[]): ListNode => ({kind: 'list', at, items});

const scalar = (at: number, value: string | number): ScalarNode => ({
  kind: 'scalar',
  at,
  value,
  source: String(value),
});
