import {quoted} from '../../../base/safe-text.ts';
import type {AdaptiveSpec} from '../../../engine/control/control-spec.ts';
import {ADAPTIVE_FIELDS} from '../../control-fields.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {MAX_CONTROLLERS, MAX_POOLS, MAX_SCALED} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {type Fields, readFields, readOr} from '../read-fields.ts';
import {readPart} from '../read-percent.ts';
import {DEFAULT_AIMD, readController} from './read-controller.ts';
import {readNamed} from './read-named.ts';
import {namesAmong} from './read-names.ts';
import {DEFAULT_TARGETS, EVERY, highestPressure, readSignals} from './read-signals.ts';
import {HOUR, SHORTEST, spanFrom} from './read-span.ts';

const FLOOR = 0.1;

const readEvery = spanFrom(SHORTEST, HOUR);

/** What a controller may scale: names of the policy, also of entries that are wrong. */
export interface Scalable {
  readonly limits: readonly string[];
  readonly pools: readonly string[];
}

/** `adaptive`. */
export const readAdaptive = (
  node: SourceNode | undefined,
  known: Scalable,
  problems: Problems,
): readonly AdaptiveSpec[] => {
  const section = {expected: VALUE_TYPES.adaptive.expected, plural: 'controllers', most: MAX_CONTROLLERS};
  /** Path of the controller that scales it, by field and name. */
  const taken = new Map<string, string>();
  return readNamed(node, 'adaptive', section, problems, (name, value, path) =>
    readEntry(name, value, path, known, taken, problems),
  );
};

const readEntry = (
  name: string,
  node: SourceNode,
  path: string,
  known: Scalable,
  taken: Map<string, string>,
  problems: Problems,
): AdaptiveSpec | undefined => {
  const before = problems.count;
  const what = 'a controller such as { limits: [per-tenant], controller: aimd }';
  const fields = readFields(node, path, ADAPTIVE_FIELDS, problems, what);
  if (fields === undefined) return undefined;
  if (!fields.has('limits') && !fields.has('concurrency'))
    problems.report(node.at, path, 'a controller needs "limits" or "concurrency"', {
      hint: 'names of what it scales, such as limits: [per-tenant]',
    });
  const spec: AdaptiveSpec = {
    name,
    limits: readOr(fields, 'limits', [], path, problems, limitsAmong(known.limits)),
    pools: readOr(fields, 'concurrency', [], path, problems, poolsAmong(known.pools)),
    controller: readOr(fields, 'controller', DEFAULT_AIMD, path, problems, readController),
    every: readOr(fields, 'every', EVERY, path, problems, readEvery),
    targets: readOr(fields, 'signals', DEFAULT_TARGETS, path, problems, readSignals),
    floor: readOr(fields, 'floor', FLOOR, path, problems, readPart),
  };
  refuseTaken(fields, 'limits', spec.limits, path, taken, problems);
  refuseTaken(fields, 'concurrency', spec.pools, path, taken, problems);
  if (problems.count !== before) return undefined;
  if (spec.controller.kind === 'aimd' && highestPressure(spec.targets) <= 1)
    problems.warn(
      fields.get('signals')!.keyAt,
      path,
      'never shrinks anything: CPU and memory are never above 100%, and only what is above its target counts',
    );
  return spec;
};

const limitsAmong = (known: readonly string[]) =>
  namesAmong({
    expected: VALUE_TYPES.limitNames.expected,
    one: 'the name of a limit',
    fewest: 1,
    most: MAX_SCALED,
    known,
    otherwise: inWords('limits', known),
  });

const poolsAmong = (known: readonly string[]) =>
  namesAmong({
    expected: VALUE_TYPES.poolNames.expected,
    one: 'the name of a pool',
    fewest: 1,
    most: MAX_POOLS,
    known,
    otherwise: inWords('pools', known),
  });

const SHOWN = 8;

const inWords = (plural: string, names: readonly string[]): string => {
  if (names.length === 0) return `the policy has no ${plural}`;
  return `${plural} are ${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''}`;
};

/** Two controllers would each undo what the other does. */
const refuseTaken = (
  fields: Fields,
  field: string,
  names: readonly string[],
  path: string,
  taken: Map<string, string>,
  problems: Problems,
): void => {
  const list = fields.get(field)?.value;
  names.forEach((name, i) => {
    const key = `${field} ${name}`;
    const other = taken.get(key);
    if (other === undefined) taken.set(key, path);
    else if (list?.kind === 'list')
      problems.report(
        list.items[i]!.at,
        `${pathTo(path, field)}[${i}]`,
        `${quoted(name)} is scaled by ${other} already`,
        {
          hint: 'leave it out of one of them',
        },
      );
  });
};
