import {floorMillis} from '../../base/micros.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {listInstances} from '../../store/instance-document.ts';
import {readLead} from '../../store/lead-document.ts';
import type {Documents, Queues} from '../../store/port.ts';
import {listBreakers} from '../../store/stored-breaker.ts';
import {TOKEN_KIND} from '../../store/token-document.ts';
import {breakerNameOf, TOKEN_OFFICE} from '../../store/token-names.ts';
import type {StatusSections, StatusToken} from '../../view/model/status-sections.ts';
import {
  breakerKind,
  breakerRefusedUntil,
  type KnownBreaker,
  knownBreakers,
  statusBreaker,
} from './breaker-section.ts';
import {statusInstance, statusLeader} from './instance-section.ts';
import {statusQueue} from './queue-section.ts';
import {statusAlerts} from './status-alerts.ts';
import {tokenSection} from './token-section.ts';

export interface SectionSource {
  readonly store: Pick<Documents, 'get' | 'list'> & Pick<Queues, 'queues'>;
  readonly policy: Policy | undefined;
  /** The store's clock, µs. */
  readonly now: number;
  readonly usesOf: (provider: string) => StatusToken['uses'];
}

/** Tokens, breakers, queues and instances: from documents, without looking through anything. */
export const readSections = async ({store, policy, now, usesOf}: SectionSource): Promise<StatusSections> => {
  const [documents, stored, queueFacts, instances, lead] = await Promise.all([
    store.list(TOKEN_KIND),
    listBreakers(store),
    store.queues(),
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
    breakers: breakers.map((breaker) => statusBreaker(breaker, now)),
    queues: queueFacts.map((facts) => statusQueue(facts, now)),
    instances: instances.map((instance) => statusInstance(instance, leader)),
    leader,
  };
  return {alerts: statusAlerts(sections, floorMillis(now)), ...sections};
};

const standOf = (breaker: KnownBreaker | undefined, now: number) =>
  breaker === undefined
    ? ({kind: 'closed', refusedUntil: 0} as const)
    : {kind: breakerKind(breaker, now), refusedUntil: breakerRefusedUntil(breaker, now)};
