import {floorMillis} from '../../base/micros.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {type AdaptiveEntry, readDegradation} from '../../store/control-document.ts';
import {listInstances} from '../../store/instance-document.ts';
import {readLead} from '../../store/lead-document.ts';
import type {Documents, Queues, Rows} from '../../store/port.ts';
import {listBreakers} from '../../store/stored-breaker.ts';
import {listPools} from '../../store/stored-pool.ts';
import {TOKEN_KIND} from '../../store/token-document.ts';
import {breakerNameOf, TOKEN_OFFICE} from '../../store/token-names.ts';
import type {StatusSections, StatusToken} from '../../view/model/status-sections.ts';
import type {SharesInForce} from '../adaptive-shares.ts';
import {behaviourSection} from './behaviour-section.ts';
import {
  breakerKind,
  breakerRefusedUntil,
  breakerSection,
  type KnownBreaker,
  knownBreakers,
} from './breaker-section.ts';
import {adaptiveSection, degradationSection} from './control-sections.ts';
import {statusInstance, statusLeader} from './instance-section.ts';
import type {DescribeBucket} from './observed-key.ts';
import {poolSection} from './pool-section.ts';
import {statusQueue} from './queue-section.ts';
import {statusAlerts} from './status-alerts.ts';
import {tokenSection} from './token-section.ts';

export interface SectionSource {
  readonly store: Pick<Documents, 'get' | 'list'> & Pick<Queues, 'queues'> & Pick<Rows, 'read'>;
  readonly policy: Policy | undefined;
  /** The store's clock, µs. */
  readonly now: number;
  readonly usesOf: (provider: string) => StatusToken['uses'];
  readonly adaptive: readonly AdaptiveEntry[];
  readonly shares: SharesInForce;
  readonly describe: DescribeBucket;
}

/** Tokens, breakers, queues, pools, control of load and instances: from documents, without looking through anything. */
export const readSections = async (source: SectionSource): Promise<StatusSections> => {
  const {store, policy, now, usesOf, adaptive, shares, describe} = source;
  const [documents, stored, queueFacts, pools, degradation, behaviour, instances, lead] = await Promise.all([
    store.list(TOKEN_KIND),
    listBreakers(store),
    store.queues(),
    listPools(store),
    readDegradation(store),
    behaviourSection({store, policy, now}),
    listInstances(store),
    readLead(store, TOKEN_OFFICE),
  ]);
  const breakers = knownBreakers(stored, policy);
  const byName = new Map(breakers.map((breaker) => [breaker.name, breaker]));
  const leader = statusLeader(lead?.lead, now);
  const sections = {
    tokens: tokenSection(documents, policy?.tokens ?? [], {
      now,
      usesOf,
      breakerOf: (provider) => standOf(byName.get(breakerNameOf(provider)), now),
    }),
    breakers: breakerSection(breakers, policy, now),
    queues: queueFacts.map((facts) => statusQueue(facts, now)),
    pools: poolSection(pools, policy, {now, shareOf: (pool) => shares.pools.get(pool) ?? 1}),
    adaptive: adaptiveSection(adaptive, policy, describe),
    degradation: degradationSection(degradation, policy, now),
    behaviour,
    instances: instances.map((instance) => statusInstance(instance, leader)),
    leader,
  };
  return {alerts: statusAlerts(sections, floorMillis(now)), ...sections};
};

const standOf = (breaker: KnownBreaker | undefined, now: number) =>
  breaker === undefined
    ? ({kind: 'closed', refusedUntil: 0} as const)
    : {kind: breakerKind(breaker, now), refusedUntil: breakerRefusedUntil(breaker, now)};
