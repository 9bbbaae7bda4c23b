import {ceilMillis} from '../../base/micros.ts';
import {admit, type BreakerKind, type BreakerState, refusedUntil, reset} from '../../engine/breaker.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import type {MatcherSpec, NamedBreakerSpec, Policy} from '../../engine/policy-model.ts';
import {breakerNameOf} from '../../store/token-names.ts';
import type {BreakerOfKey, StatusBreaker, StatusGuard} from '../../view/model/status-sections.ts';
import {clampedInstant} from './clamped-instant.ts';

/** A breaker of the policy or of the store, as it stands. */
export interface KnownBreaker {
  /** As the store names it: `NAME`, or `NAME KEY` where there is one for each key. */
  readonly name: string;
  /** Undefined: the policy does not know it. */
  readonly spec: BreakerSpec | undefined;
  readonly state: BreakerState;
  /** Undefined: the one that stands before all. */
  readonly ofKey: {readonly breaker: string; readonly key: string} | undefined;
}

/** Those of the policy in its order, those of its tokens behind them, then others that the store has, by name. */
export const knownBreakers = (
  stored: readonly {readonly name: string; readonly state: BreakerState}[],
  policy: Policy | undefined,
): readonly KnownBreaker[] => {
  const states = new Map(stored.map(({name, state}) => [name, state]));
  const keyed = keyedBreakers(policy);
  const specs = new Map<string, BreakerSpec>([
    ...(policy?.breakers ?? [])
      .filter(({name}) => !keyed.has(name))
      .map((spec) => [spec.name, spec] as const),
    ...(policy?.tokens ?? []).map(({name, breaker}) => [breakerNameOf(name), breaker] as const),
  ]);
  return [...new Set([...specs.keys(), ...states.keys()])].map((name) => {
    const ofKey = specs.has(name) ? undefined : keyOf(name, keyed);
    return {
      name,
      spec: ofKey === undefined ? specs.get(name) : keyed.get(ofKey.breaker),
      state: states.get(name) ?? reset(),
      ofKey,
    };
  });
};

/** Breakers of a policy that there are one of for each key, by name. */
export const keyedBreakers = (policy: Policy | undefined): ReadonlyMap<string, NamedBreakerSpec> =>
  new Map(
    (policy?.breakers ?? [])
      .filter(({guards}) => guards.kind === 'requests' && guards.key !== undefined)
      .map((spec) => [spec.name, spec]),
  );

/** Names hold no space; what stands behind the first one is the key, whatever is in it. */
const keyOf = (name: string, keyed: ReadonlyMap<string, NamedBreakerSpec>): KnownBreaker['ofKey'] => {
  const at = name.indexOf(' ');
  const breaker = name.slice(0, Math.max(0, at));
  return keyed.has(breaker) ? {breaker, key: name.slice(at + 1)} : undefined;
};

/** As whoever asks now would find it: one whose recovery is over lets probes through. */
export const breakerKind = (
  {state, spec}: Pick<KnownBreaker, 'state' | 'spec'>,
  now: number,
): BreakerKind => {
  if (spec === undefined || state.kind !== 'open') return state.kind;
  return admit(state, spec, now).kind === 'refused' ? 'open' : 'half-open';
};

/** When a call may go through again, µs; 0: now. */
export const breakerRefusedUntil = (
  {state, spec}: Pick<KnownBreaker, 'state' | 'spec'>,
  now: number,
): number => (spec === undefined ? 0 : refusedUntil(state, spec, now));

/** A breaker a line: of those with a key all keys together, where the policy has them. */
export const breakerSection = (
  known: readonly KnownBreaker[],
  policy: Policy | undefined,
  now: number,
): readonly StatusBreaker[] => {
  const ofKeys = Map.groupBy(known, ({ofKey}) => ofKey?.breaker);
  const single = new Map((ofKeys.get(undefined) ?? []).map((one) => [one.name, one]));
  const ofPolicy = (policy?.breakers ?? []).map((spec) => {
    const one = single.get(spec.name);
    single.delete(spec.name);
    return one === undefined
      ? keyedBreaker(spec, ofKeys.get(spec.name) ?? [], now)
      : statusBreaker(one, spec, now);
  });
  return [...ofPolicy, ...[...single.values()].map((one) => statusBreaker(one, undefined, now))];
};

const statusBreaker = (
  breaker: KnownBreaker,
  named: NamedBreakerSpec | undefined,
  now: number,
): StatusBreaker => {
  const {name, spec, state} = breaker;
  return {
    name,
    configured: spec !== undefined,
    guards: named === undefined ? (spec === undefined ? null : TOKEN) : guardOf(named),
    ...standOf(breaker, now),
    opensAt: spec?.failures ?? null,
    successes: state.successes,
    closesAt: spec?.probes ?? null,
    keys: null,
  };
};

/** Keys that are named; the counts are of all. */
const MOST_KEYS = 100;

const RANKS: Readonly<Record<BreakerKind, number>> = {open: 0, 'half-open': 1, closed: 2};

const keyedBreaker = (spec: NamedBreakerSpec, known: readonly KnownBreaker[], now: number): StatusBreaker => {
  const all = known
    .map((one): BreakerOfKey => ({key: one.ofKey!.key, ...standOf(one, now)}))
    .sort(
      (a, b) =>
        RANKS[a.state] - RANKS[b.state] ||
        (b.callsInMs ?? 0) - (a.callsInMs ?? 0) ||
        (a.key < b.key ? -1 : 1),
    );
  const count = (kind: BreakerKind): number => all.filter(({state}) => state === kind).length;
  const worst = all[0] ?? standOf({state: reset(), spec}, now);
  return {
    name: spec.name,
    configured: true,
    guards: guardOf(spec),
    state: worst.state,
    failures: worst.failures,
    openedAt: worst.openedAt,
    callsInMs: worst.callsInMs,
    opensAt: spec.failures,
    successes: 0,
    closesAt: spec.probes,
    keys: {
      open: count('open'),
      halfOpen: count('half-open'),
      closed: count('closed'),
      shown: all.filter(({state}) => state !== 'closed').slice(0, MOST_KEYS),
    },
  };
};

type Stand = Pick<StatusBreaker, 'state' | 'failures' | 'openedAt' | 'callsInMs'>;

const standOf = (breaker: Pick<KnownBreaker, 'state' | 'spec'>, now: number): Stand => {
  const {spec, state} = breaker;
  const until = breakerRefusedUntil(breaker, now);
  return {
    state: breakerKind(breaker, now),
    failures: state.failures,
    openedAt: state.openedAt === 0 ? null : clampedInstant(state.openedAt),
    callsInMs: spec === undefined && state.kind !== 'closed' ? null : ceilMillis(Math.max(0, until - now)),
  };
};

const TOKEN: StatusGuard = {kind: 'token', key: null, counts: 'failures', when: {}, unless: {}};

const guardOf = ({guards}: NamedBreakerSpec): StatusGuard =>
  guards.kind === 'calls'
    ? {...TOKEN, kind: 'calls'}
    : {
        kind: 'requests',
        key: guards.key ?? null,
        counts: guards.counts,
        when: valuesOf(guards.when),
        unless: valuesOf(guards.unless),
      };

const valuesOf = (matchers: readonly MatcherSpec[]): StatusGuard['when'] =>
  Object.fromEntries(matchers.map(({attribute, values}) => [attribute, values]));
