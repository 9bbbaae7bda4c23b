import {quoted} from '../../../base/safe-text.ts';
import type {BehaviourSpec} from '../../../engine/behaviour/behaviour-spec.ts';
import type {LimitSpec} from '../../../engine/policy-model.ts';
import {BEHAVIOUR_FIELDS} from '../../behaviour-fields.ts';
import {type Problems, pathTo, typoHint} from '../../problems.ts';
import {DEMOTIONS, MAX_LADDERS, MAX_REQUESTS, MAX_RUNGS} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readChoice} from '../read-choice.ts';
import {readCount} from '../read-count.ts';
import {decimalWhere} from '../read-decimal.ts';
import {type Fields, readFields, readOr, requireFields} from '../read-fields.ts';
import {readNamed} from './read-named.ts';
import {namesAmong} from './read-names.ts';
import {DAY, HOUR, SECOND, spanFrom} from './read-span.ts';

const PROMOTE = 0.9;
const DEMOTE = 0.3;
const MINIMUM_REQUESTS = 50;

const readScore = decimalWhere('score', (value) => value >= 0 && value <= 1);
const readWindow = spanFrom(SECOND, 7 * DAY);

/** `behaviour`. `names` are those of all limits, also of the ones that are wrong; `limits` are the others. */
export const readBehaviour = (
  node: SourceNode | undefined,
  names: readonly string[],
  limits: readonly LimitSpec[],
  problems: Problems,
): readonly BehaviourSpec[] => {
  const section = {expected: VALUE_TYPES.behaviour.expected, plural: 'ladders', most: MAX_LADDERS};
  return readNamed(node, 'behaviour', section, problems, (limit, value, path) => {
    const before = problems.count;
    if (!names.includes(limit))
      problems.report(value.at, path, `${quoted(limit)} is no limit of the policy`, {
        hint: typoHint(limit, names) ?? 'an entry has the name of a limit with tiers',
      });
    const found = limits.find(({name}) => name === limit);
    if (found !== undefined && found.plan.kind !== 'tiered')
      problems.report(value.at, path, `the limit ${quoted(limit)} has no tiers`, {
        hint: 'give it "tier" and "tiers", or leave this entry out',
      });
    const tiers = found?.plan.kind === 'tiered' ? [...found.plan.tiers.keys()] : undefined;
    const spec = readEntry(limit, value, path, tiers, problems);
    return problems.count === before ? spec : undefined;
  });
};

/** `tiers` are undefined when the limit is missing or wrong, which is told already: then any tier will do. */
const readEntry = (
  limit: string,
  node: SourceNode,
  path: string,
  tiers: readonly string[] | undefined,
  problems: Problems,
): BehaviourSpec | undefined => {
  const what = 'a ladder of tiers such as { ladder: [restricted, free, premium] }';
  const fields = readFields(node, path, BEHAVIOUR_FIELDS, problems, what);
  if (fields === undefined) return undefined;
  requireFields(fields, node.at, path, BEHAVIOUR_FIELDS, problems, 'an entry of "behaviour"');
  const spec: BehaviourSpec = {
    limit,
    ladder: tiers === undefined ? [] : readOr(fields, 'ladder', [], path, problems, ladderOf(tiers)),
    window: readOr(fields, 'window', HOUR, path, problems, readWindow),
    promote: readOr(fields, 'promote', PROMOTE, path, problems, readScore),
    demote: readOr(fields, 'demote', DEMOTE, path, problems, readScore),
    demoteTo: readOr(fields, 'demoteTo', 'next', path, problems, (value, at) =>
      readChoice(value, at, DEMOTIONS, problems),
    ),
    minimumRequests: readOr(fields, 'minimumRequests', MINIMUM_REQUESTS, path, problems, (value, at) =>
      readCount(value, at, {min: 1, max: MAX_REQUESTS}, problems),
    ),
  };
  refuseCrossed(fields, spec, path, problems);
  return spec;
};

const ladderOf = (tiers: readonly string[]) =>
  namesAmong({
    expected: VALUE_TYPES.ladder.expected,
    one: 'the name of a tier',
    fewest: 2,
    most: MAX_RUNGS,
    known: tiers,
    otherwise: `tiers of the limit are ${tiers
      .slice(0, 8)
      .map((tier) => quoted(tier))
      .join(', ')}${tiers.length > 8 ? ', …' : ''}`,
  });

/** With one score for both a key would go up and down at once. */
const refuseCrossed = (
  fields: Fields,
  {promote, demote}: BehaviourSpec,
  path: string,
  problems: Problems,
): void => {
  if (promote > demote) return;
  const name = fields.has('promote') ? 'promote' : 'demote';
  const from = (field: string): string => (fields.has(field) ? '' : ', the default');
  problems.report(
    fields.get(name)!.value.at,
    pathTo(path, name),
    `"promote" (${promote}${from('promote')}) must be above "demote" (${demote}${from('demote')})`,
    {hint: 'a score between the two leaves a key where it is'},
  );
};
