import {formatDuration} from '../../base/duration.ts';
import {abandon, admit, type BreakerState, type CallOutcome, report, reset} from '../../engine/breaker.ts';
import {isPlainlyClosed} from '../../engine/breaker-state.ts';
import {callsIn} from '../../engine/breaker-window.ts';
import {type Attributes, type Condition, conditionOf, renderer} from '../../engine/live/attributes.ts';
import type {BreakerGuard, NamedBreakerSpec, Policy} from '../../engine/policy-model.ts';
import type {Transitions} from './transitions.ts';

/** A breaker that let a request through, and learns how it ended. */
export interface BreakerCall {
  readonly breaker: RequestBreaker;
  readonly key: string;
  /** The number of a probe; undefined: the breaker was closed. */
  readonly probe: number | undefined;
  /** µs. */
  readonly admittedAt: number;
}

export type BreakerAnswer =
  | {readonly kind: 'allowed'; readonly calls: readonly BreakerCall[]}
  | {readonly kind: 'refused'; readonly breaker: string; readonly retryAfter: number};

const NO_CALLS: readonly BreakerCall[] = [];

/** The breakers of a policy that guard requests. */
export class BreakerBank {
  readonly #breakers: readonly RequestBreaker[];

  constructor({breakers}: Policy, transitions: Transitions) {
    this.#breakers = breakers.flatMap((spec) =>
      spec.guards.kind === 'requests' ? [new RequestBreaker(spec, spec.guards, transitions)] : [],
    );
  }

  /** Breakers and keys of breakers that are not closed. */
  get open(): number {
    return this.#breakers.reduce((sum, {open}) => sum + open, 0);
  }

  admit(attributes: Attributes, now: number): BreakerAnswer {
    if (this.#breakers.length === 0) return {kind: 'allowed', calls: NO_CALLS};
    const calls: BreakerCall[] = [];
    for (const breaker of this.#breakers) {
      const answer = breaker.admit(attributes, now);
      if (answer === undefined) continue;
      if (answer.kind === 'refused') {
        for (const call of calls) call.breaker.giveBack(call);
        return {kind: 'refused', breaker: breaker.name, retryAfter: answer.until - now};
      }
      calls.push({breaker, key: answer.key, probe: answer.probe, admittedAt: now});
    }
    return {kind: 'allowed', calls};
  }
}

type Admitted =
  | {readonly kind: 'refused'; readonly until: number}
  | {readonly kind: 'allowed'; readonly key: string; readonly probe: number | undefined};

class RequestBreaker {
  readonly name: string;
  readonly counts: 'failures' | 'refusals';
  /** How many of its keys are not closed. */
  open = 0;
  readonly #spec: NamedBreakerSpec;
  readonly #when: Condition | undefined;
  readonly #unless: Condition | undefined;
  readonly #keyOf: ((attributes: Attributes) => string) | undefined;
  readonly #states = new Map<string, BreakerState>();
  readonly #transitions: Transitions;

  constructor(
    spec: NamedBreakerSpec,
    {when, unless, key, counts}: Extract<BreakerGuard, {kind: 'requests'}>,
    transitions: Transitions,
  ) {
    this.name = spec.name;
    this.counts = counts;
    this.#spec = spec;
    this.#when = when.length > 0 ? conditionOf(when) : undefined;
    this.#unless = unless.length > 0 ? conditionOf(unless) : undefined;
    this.#keyOf = key === undefined ? undefined : renderer(key);
    this.#transitions = transitions;
  }

  /** Undefined: the request is none of its. */
  admit(attributes: Attributes, now: number): Admitted | undefined {
    if (this.#unless?.(attributes) || this.#when?.(attributes) === false) return undefined;
    const key = this.#keyOf?.(attributes) ?? '';
    if (key === '' && this.#keyOf !== undefined) return undefined;
    const admission = admit(this.#stateOf(key), this.#spec, now);
    this.#keep(key, admission.state, now);
    if (admission.kind === 'refused') return {kind: 'refused', until: admission.until};
    return {kind: 'allowed', key, probe: admission.kind === 'probe' ? admission.probe : undefined};
  }

  outcome({key, probe, admittedAt}: BreakerCall, kind: CallOutcome['kind'], now: number): void {
    this.#keep(key, report(this.#stateOf(key), this.#spec, {kind, probe, admittedAt}, now), now, kind);
  }

  /** Nothing was learnt: the place of a probe is free again. */
  giveBack({key, probe}: BreakerCall): void {
    if (probe !== undefined) this.#states.set(key, abandon(this.#stateOf(key), probe));
  }

  #stateOf(key: string): BreakerState {
    return this.#states.get(key) ?? reset();
  }

  /** `outcome`: what it learnt; undefined: it was asked. */
  #keep(key: string, state: BreakerState, now: number, outcome?: CallOutcome['kind']): void {
    const before = this.#stateOf(key);
    if (state === before) return;
    // Keys come from requests: of those that do nothing wrong nothing is kept.
    if (state.lastProbe === 0 && state.slots.length === 0 && isPlainlyClosed(state)) this.#states.delete(key);
    else this.#states.set(key, state);
    if (state.kind === before.kind) return;
    if (before.kind === 'closed') this.open++;
    if (state.kind === 'closed') this.open--;
    this.#transitions.add({
      at: now,
      kind: 'breaker',
      name: this.name,
      key: this.#keyOf === undefined ? undefined : key,
      from: before.kind,
      to: state.kind,
      why: whyOf(before, state, this.#spec, this.counts, outcome),
    });
  }
}

const whyOf = (
  before: BreakerState,
  after: BreakerState,
  {recovery, probes}: NamedBreakerSpec,
  counts: 'failures' | 'refusals',
  outcome: CallOutcome['kind'] | undefined,
): string => {
  if (after.kind === 'half-open') return `open for ${formatDuration(recovery)}`;
  if (after.kind === 'closed')
    return probes === 1 ? 'the probe succeeded' : `${probes} probes ended, too few failed`;
  if (after.openedBy === 'probe') return 'a probe failed';
  if (after.openedBy === 'failures') return `${after.failures} ${counts} in a row`;
  const {calls, failures} = callsIn(before.slots);
  return `${failures + (outcome === 'failure' ? 1 : 0)} ${counts} of ${calls + 1} requests`;
};
