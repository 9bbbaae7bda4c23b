import type {LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {Problems} from '../problems.ts';
import {POLICY_FIELDS} from '../schema.ts';
import type {SourceNode} from '../source/source-node.ts';
import type {Fields} from './read-fields.ts';
import {readAdaptive} from './sections/read-adaptive.ts';
import {readBehaviour} from './sections/read-behaviour.ts';
import {readBreakers} from './sections/read-breaker.ts';
import {readDegradation} from './sections/read-degradation.ts';
import {readPools} from './sections/read-pools.ts';
import {readPriorities} from './sections/read-priorities.ts';
import {readQueues} from './sections/read-queues.ts';
import {readTokens} from './sections/read-tokens.ts';

/** What sections may refer to. */
interface Limits {
  /** Of all limits, also of those that are wrong: what names them is right all the same. */
  readonly names: readonly string[];
  readonly limits: readonly LimitSpec[];
}

type Sections = Omit<Policy, 'limits' | 'charge' | 'onStoreError' | 'thresholds'>;

/** All sections beside the limits. */
export const readSections = (fields: Fields, {names, limits}: Limits, problems: Problems): Sections => {
  const node = (name: string): SourceNode | undefined => fields.get(name)?.value;
  const known = {limits: names, pools: namesIn(node('concurrency'))};
  const sections: Sections = {
    tokens: readTokens(node('tokens'), problems),
    queues: readQueues(node('queue'), problems),
    breakers: readBreakers(node('breakers'), holdsAny(node('limits')), problems),
    priorities: readPriorities(node('priorities'), problems),
    pools: readPools(node('concurrency'), problems),
    adaptive: readAdaptive(node('adaptive'), known, problems),
    behaviour: readBehaviour(node('behaviour'), names, limits, problems),
    degradation: readDegradation(node('degradation'), problems),
  };
  warnAlike(fields, sections, problems);
  return sections;
};

/** Modes tell requests apart by their class. */
const warnAlike = (fields: Fields, {priorities, degradation}: Sections, problems: Problems): void => {
  if (degradation === undefined || priorities.length > 1) return;
  problems.warn(
    fields.get('degradation')!.keyAt,
    'degradation',
    'without several classes in "priorities" all requests are alike: only the mode closed refuses any',
  );
};

const namesIn = (node: SourceNode | undefined): readonly string[] =>
  node?.kind === 'map' ? node.entries.map(({key}) => key) : [];

const holdsAny = (node: SourceNode | undefined): boolean =>
  (node?.kind === 'map' && node.entries.length > 0) || (node?.kind === 'list' && node.items.length > 0);

/** Sections that do something without limits, once they have an entry. The others only say more about these or about limits. */
const COMPLETE = ['tokens', 'queue', 'breakers', 'concurrency'];

/** Whether a policy with these sections is one even without limits. Degradation has a default for everything. */
export const worksWithoutLimits = (fields: Fields): boolean =>
  COMPLETE.some((name) => {
    const node = fields.get(name)?.value;
    return node?.kind === 'map' && node.entries.length > 0;
  }) || fields.get('degradation')?.value.kind === 'map';

/** Warns of sections that a replay has no use for. */
export const warnUnsimulated = (fields: Fields, problems: Problems): void => {
  for (const {name, simulated} of POLICY_FIELDS) {
    const entry = fields.get(name);
    if (simulated === false && entry !== undefined && holdsAny(entry.value))
      problems.warn(entry.keyAt, '', `section "${name}" is not evaluated by simulate`);
  }
};
