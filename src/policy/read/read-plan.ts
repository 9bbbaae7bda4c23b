import type {AlgorithmSpec, SinglePlan, TieredPlan} from '../../engine/policy-model.ts';
import {ALGORITHM_NAMES, type AlgorithmName} from '../algorithm-names.ts';
import {BUCKET_FIELDS} from '../limit-fields.ts';
import {type Problems, pathTo, typoHint} from '../problems.ts';
import {describeNode, type SourceNode} from '../source/source-node.ts';
import {MAX_BUCKETS, MAX_TIERS, VALUE_TYPES} from '../value-types.ts';
import {readBucket} from './read-bucket.ts';
import {readChoice} from './read-choice.ts';
import {type Fields, readFields} from './read-fields.ts';
import {readTemplate} from './read-template.ts';

/** Reads a bucket, or a list of them. */
export const readBuckets = (
  node: SourceNode,
  path: string,
  problems: Problems,
  read: (item: SourceNode, path: string) => AlgorithmSpec | undefined,
): readonly AlgorithmSpec[] | undefined => {
  if (node.kind === 'list' && (node.items.length === 0 || node.items.length > MAX_BUCKETS)) {
    problems.expected(node, path, `1 to ${MAX_BUCKETS} buckets`);
    return undefined;
  }
  const items = node.kind === 'list' ? node.items : [node];
  const buckets = items.map((item, i) => read(item, node.kind === 'list' ? `${path}[${i}]` : path));
  const good = buckets.filter((bucket) => bucket !== undefined);
  return good.length === buckets.length ? good : undefined;
};

/** What a limit does per key: its own parameters, `buckets`, or `tier` and `tiers`. */
export const readPlan = (
  fields: Fields,
  at: number,
  path: string,
  problems: Problems,
): SinglePlan | TieredPlan | undefined => {
  for (const name of ['tier', 'defaultTier']) {
    const entry = fields.get(name);
    if (entry !== undefined && !fields.has('tiers'))
      problems.report(entry.keyAt, pathTo(path, name), 'needs "tiers" beside it');
  }
  const several = fields.get('tiers') ?? fields.get('buckets');
  if (several === undefined) {
    if (fields.has('tier')) return undefined;
    const bucket = readBucket({fields, at, path}, problems);
    return bucket === undefined ? undefined : {kind: 'single', buckets: [bucket]};
  }
  refuseOwnParameters(fields, path, several.key, problems);
  const named = fields.get('algorithm');
  const algorithm =
    named === undefined
      ? undefined
      : readChoice(named.value, pathTo(path, 'algorithm'), ALGORITHM_NAMES, problems);
  const tiers = fields.get('tiers');
  if (tiers !== undefined) return readTiers(fields, tiers.value, at, path, algorithm, problems);
  if (several.value.kind !== 'list') {
    problems.expected(several.value, pathTo(path, 'buckets'), VALUE_TYPES.buckets.expected);
    return undefined;
  }
  const buckets = readBuckets(
    several.value,
    pathTo(path, 'buckets'),
    problems,
    plainBucket(algorithm, problems),
  );
  return buckets === undefined ? undefined : {kind: 'single', buckets};
};

const plainBucket =
  (algorithm: AlgorithmName | undefined, problems: Problems) =>
  (item: SourceNode, path: string): AlgorithmSpec | undefined => {
    const fields = readFields(
      item,
      path,
      BUCKET_FIELDS,
      problems,
      'a bucket such as { rate: 10/s, burst: 20 }',
    );
    return fields === undefined ? undefined : readBucket({fields, at: item.at, path, algorithm}, problems);
  };

/** With several buckets a parameter beside them would belong to none. */
const refuseOwnParameters = (fields: Fields, path: string, several: string, problems: Problems): void => {
  for (const field of BUCKET_FIELDS) {
    const entry = fields.get(field.name);
    if (entry === undefined || field.algorithms === undefined) continue;
    problems.report(entry.keyAt, pathTo(path, field.name), `belongs in the buckets of "${several}"`);
  }
  const buckets = fields.get('buckets');
  if (buckets !== undefined && several !== 'buckets') {
    problems.report(buckets.keyAt, pathTo(path, 'buckets'), '"buckets" and "tiers" exclude each other', {
      hint: 'put the buckets into the tiers',
    });
  }
};

const readTiers = (
  fields: Fields,
  node: SourceNode,
  at: number,
  path: string,
  algorithm: AlgorithmName | undefined,
  problems: Problems,
): TieredPlan | undefined => {
  const tierField = fields.get('tier');
  if (tierField === undefined)
    problems.report(at, path, '"tiers" needs "tier"', {
      hint: 'the template that chooses one, such as tier: "{plan}"',
    });
  const tier =
    tierField === undefined ? undefined : readTemplate(tierField.value, pathTo(path, 'tier'), problems);
  const tiersPath = pathTo(path, 'tiers');
  if (node.kind !== 'map' || node.entries.length === 0 || node.entries.length > MAX_TIERS) {
    const many = node.kind === 'map' && node.entries.length > MAX_TIERS;
    problems.expected(node, tiersPath, many ? `at most ${MAX_TIERS} tiers` : VALUE_TYPES.tiers.expected);
    return undefined;
  }
  const tiers = new Map<string, readonly AlgorithmSpec[]>();
  for (const {key, value} of node.entries) {
    const buckets = readBuckets(value, pathTo(tiersPath, key), problems, plainBucket(algorithm, problems));
    if (buckets !== undefined) tiers.set(key, buckets);
  }
  const defaultField = fields.get('defaultTier');
  const names = node.entries.map((entry) => entry.key);
  const defaultTier = defaultField?.value.kind === 'scalar' ? defaultField.value.source : undefined;
  if (defaultField !== undefined && (defaultTier === undefined || !names.includes(defaultTier))) {
    const hint = typoHint(defaultTier ?? '', names) ?? 'it is the name of one of the tiers';
    problems.report(
      defaultField.value.at,
      pathTo(path, 'defaultTier'),
      `expected the name of a tier, got ${describeNode(defaultField.value)}`,
      {hint},
    );
    return undefined;
  }
  return tier === undefined ? undefined : {kind: 'tiered', tier, tiers, defaultTier};
};
