import type {LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {Problems} from '../problems.ts';
import {POLICY_FIELDS} from '../schema.ts';
import type {SourceNode} from '../source/source-node.ts';
import {MAX_LIMITS, MAX_THRESHOLDS, VALUE_TYPES} from '../value-types.ts';
import {readChoice} from './read-choice.ts';
import {type Fields, readFields, requireFields} from './read-fields.ts';
import {readLimit} from './read-limit.ts';
import {readSections, warnUnsimulated, worksWithoutLimits} from './read-sections.ts';

/** An expression of `thresholds` and where it stands, for `ratectl.yaml:12`. */
export interface LocatedThreshold {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Reads a whole policy. What it gives back counts only when `problems` stays empty. */
export const readPolicy = (
  root: SourceNode,
  problems: Problems,
): {readonly policy: Policy; readonly thresholds: readonly LocatedThreshold[]} => {
  const fields =
    readFields(root, '', POLICY_FIELDS, problems, 'a mapping with "version" and "limits"') ?? new Map();
  if (root.kind === 'map') requireFields(fields, root.at, '', POLICY_FIELDS, problems, 'a policy');
  readVersion(fields, problems);
  const lineOfName = new Map<string, number>();
  const limits = readLimits(fields, root, lineOfName, problems);
  const sections = readSections(fields, {names: [...lineOfName.keys()], limits}, problems);
  const chargeField = fields.get('charge');
  const charge =
    chargeField && readChoice(chargeField.value, 'charge', ['all-or-nothing', 'always'], problems);
  const lossField = fields.get('onStoreError');
  const onStoreError =
    lossField && readChoice(lossField.value, 'onStoreError', ['open', 'closed', 'local'], problems);
  const thresholds = readThresholds(fields, problems);
  warnUnsimulated(fields, problems);
  return {
    policy: {
      limits,
      charge: charge ?? 'all-or-nothing',
      onStoreError: onStoreError ?? 'local',
      thresholds: thresholds.map((threshold) => threshold.text),
      ...sections,
    },
    thresholds,
  };
};

const readVersion = (fields: Fields, problems: Problems): void => {
  const node = fields.get('version')?.value;
  if (node === undefined || (node.kind === 'scalar' && node.value === 1)) return;
  const quoted = node.kind === 'scalar' && node.value === '1';
  problems.expected(
    node,
    'version',
    VALUE_TYPES.version.expected,
    quoted ? 'remove the quotes' : 'this ratectl reads version 1',
  );
};

const readLimits = (
  fields: Fields,
  root: SourceNode,
  lineOfName: Map<string, number>,
  problems: Problems,
): readonly LimitSpec[] => {
  const node = fields.get('limits')?.value;
  const needed = !worksWithoutLimits(fields);
  if (node === undefined) {
    const {expected} = VALUE_TYPES.limits;
    if (needed && root.kind === 'map')
      problems.report(root.at, '', 'a policy needs "limits"', {expected, hint: expected});
    return [];
  }
  if (node.kind === 'list' && node.items.length === 0 && !needed) return [];
  if (node.kind !== 'list' || node.items.length === 0) {
    problems.expected(
      node,
      'limits',
      node.kind === 'list' ? 'at least one limit' : VALUE_TYPES.limits.expected,
    );
    return [];
  }
  if (node.items.length > MAX_LIMITS) {
    problems.report(node.at, 'limits', `expected at most ${MAX_LIMITS} limits, got ${node.items.length}`);
    return [];
  }
  return node.items
    .map((item, i) => readLimit(item, `limits[${i}]`, lineOfName, problems))
    .filter((limit) => limit !== undefined);
};

const LONGEST_THRESHOLD = 500;

const readThresholds = (fields: Fields, problems: Problems): readonly LocatedThreshold[] => {
  const node = fields.get('thresholds')?.value;
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    const hint =
      node.kind === 'scalar' && typeof node.value === 'string' ? 'put it in a list: [ "…" ]' : undefined;
    problems.expected(node, 'thresholds', VALUE_TYPES.thresholds.expected, hint);
    return [];
  }
  if (node.items.length > MAX_THRESHOLDS) {
    problems.report(
      node.at,
      'thresholds',
      `expected at most ${MAX_THRESHOLDS} thresholds, got ${node.items.length}`,
    );
    return [];
  }
  const thresholds: LocatedThreshold[] = [];
  node.items.forEach((item, i) => {
    if (
      item.kind === 'scalar' &&
      typeof item.value === 'string' &&
      item.value.trim() !== '' &&
      item.value.length <= LONGEST_THRESHOLD
    ) {
      thresholds.push({text: item.value, ...problems.positionOf(item.at)});
    } else {
      problems.expected(
        item,
        `thresholds[${i}]`,
        `an expression of at most ${LONGEST_THRESHOLD} characters, such as "denied < 0.1%"`,
      );
    }
  });
  return thresholds;
};
