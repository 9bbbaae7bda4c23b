import type {LimitSpec} from '../../engine/policy-model.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS} from '../limit-fields.ts';
import {type Problems, pathTo} from '../problems.ts';
import type {Field} from '../schema.ts';
import type {SourceNode} from '../source/source-node.ts';
import {NAME_PATTERN} from '../value-forms.ts';
import {VALUE_TYPES} from '../value-types.ts';
import {readChoice} from './read-choice.ts';
import {type Fields, readFields, readOr, requireFields} from './read-fields.ts';
import {readMatchers} from './read-matchers.ts';
import {readOverrides} from './read-overrides.ts';
import {readPlan} from './read-plan.ts';
import {readShare} from './read-share.ts';
import {readTemplate} from './read-template.ts';

const FIELDS: readonly Field[] = [...LIMIT_FIELDS, ...BUCKET_FIELDS];

/** Reads one limit. `lineOfName` knows the names before it. */
export const readLimit = (
  node: SourceNode,
  path: string,
  lineOfName: Map<string, number>,
  problems: Problems,
): LimitSpec | undefined => {
  const before = problems.count;
  const fields = readFields(
    node,
    path,
    FIELDS,
    problems,
    'a limit such as { name: per-ip, key: "{ip}", rate: 10/s }',
  );
  if (fields === undefined) return undefined;
  requireFields(fields, node.at, path, LIMIT_FIELDS, problems, 'a limit');
  const name = readName(fields, path, lineOfName, problems);
  const plan = readPlan(fields, node.at, path, problems);
  const own = plan?.kind === 'single' && !fields.has('buckets') ? plan.buckets[0] : undefined;
  const overridesField = fields.get('overrides');
  const base = {fields, algorithm: own?.kind, broken: plan === undefined};
  const limit: LimitSpec = {
    name: name ?? '',
    key: readOr(fields, 'key', '{key}', path, problems, readTemplate),
    mode: readOr(fields, 'mode', 'enforce', path, problems, (value, at) =>
      readChoice(value, at, ['enforce', 'shadow'], problems),
    ),
    rollout: readOr(fields, 'rollout', 1, path, problems, readShare),
    when: readOr(fields, 'when', [], path, problems, readMatchers),
    unless: readOr(fields, 'unless', [], path, problems, readMatchers),
    cost: readOr(fields, 'cost', 'request', path, problems, readCost),
    plan: plan ?? {kind: 'single', buckets: []},
    overrides:
      overridesField === undefined
        ? new Map()
        : readOverrides(overridesField.value, pathTo(path, 'overrides'), base, problems),
  };
  return problems.count === before ? limit : undefined;
};

const readName = (
  fields: Fields,
  path: string,
  lineOfName: Map<string, number>,
  problems: Problems,
): string | undefined => {
  const node = fields.get('name')?.value;
  if (node === undefined) return undefined;
  const at = pathTo(path, 'name');
  const name = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
  if (!NAME_PATTERN.test(name)) {
    const number = node.kind === 'scalar' && typeof node.value === 'number' && NAME_PATTERN.test(node.source);
    problems.expected(node, at, VALUE_TYPES.name.expected, number ? 'put it in quotes' : undefined);
    return undefined;
  }
  const earlier = lineOfName.get(name);
  if (earlier === undefined) lineOfName.set(name, problems.positionOf(node.at).line);
  else
    problems.report(node.at, at, `"${name}" is the name of the limit in line ${earlier} already`, {
      hint: 'names of limits are unique',
    });
  return name;
};

const readCost = (node: SourceNode, path: string, problems: Problems): LimitSpec['cost'] | undefined => {
  if (node.kind === 'scalar') {
    if (node.value === 'request') return 'request';
    if (typeof node.value === 'number' && Number.isSafeInteger(node.value) && node.value >= 1)
      return node.value;
  }
  problems.expected(node, path, VALUE_TYPES.cost.expected);
  return undefined;
};
