import {ceilMillis} from '../../base/micros.ts';
import {admit, type BreakerKind, type BreakerState, refusedUntil, reset} from '../../engine/breaker.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {breakerNameOf} from '../../store/token-names.ts';
import type {StatusBreaker} from '../../view/model/status-sections.ts';
import {clampedInstant} from './clamped-instant.ts';

/** A breaker of the policy or of the store, as it stands. */
export interface KnownBreaker {
  readonly name: string;
  /** Undefined: the policy does not know it. */
  readonly spec: BreakerSpec | undefined;
  readonly state: BreakerState;
}

/** Those of the policy in its order, those of its tokens behind them, then others that the store has, by name. */
export const knownBreakers = (
  stored: readonly {readonly name: string; readonly state: BreakerState}[],
  policy: Policy | undefined,
): readonly KnownBreaker[] => {
  const states = new Map(stored.map(({name, state}) => [name, state]));
  const specs = new Map<string, BreakerSpec>([
    ...(policy?.breakers ?? []).map((spec) => [spec.name, spec] as const),
    ...(policy?.tokens ?? []).map(({name, breaker}) => [breakerNameOf(name), breaker] as const),
  ]);
  return [...new Set([...specs.keys(), ...states.keys()])].map((name) => ({
    name,
    spec: specs.get(name),
    state: states.get(name) ?? reset(),
  }));
};

/** As whoever asks now would find it: one whose recovery is over lets probes through. */
export const breakerKind = ({state, spec}: KnownBreaker, now: number): BreakerKind => {
  if (spec === undefined || state.kind !== 'open') return state.kind;
  return admit(state, spec, now).kind === 'refused' ? 'open' : 'half-open';
};

/** When a call may go through again, µs; 0: now. */
export const breakerRefusedUntil = ({state, spec}: KnownBreaker, now: number): number =>
  spec === undefined ? 0 : refusedUntil(state, spec, now);

export const statusBreaker = (breaker: KnownBreaker, now: number): StatusBreaker => {
  const {name, spec, state} = breaker;
  const until = breakerRefusedUntil(breaker, now);
  return {
    name,
    configured: spec !== undefined,
    state: breakerKind(breaker, now),
    failures: state.failures,
    opensAt: spec?.failures ?? null,
    openedAt: state.openedAt === 0 ? null : clampedInstant(state.openedAt),
    callsInMs: spec === undefined && state.kind !== 'closed' ? null : ceilMillis(Math.max(0, until - now)),
    successes: state.successes,
    closesAt: spec?.probes ?? null,
  };
};
