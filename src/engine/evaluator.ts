import {AttributeColumns} from './attribute-columns.ts';
import {KeyResolvers} from './key-resolvers.ts';
import {Limit, Outcome} from './limit.ts';
import type {Policy} from './policy-model.ts';
import type {RequestBatch} from './request-batch.ts';
import {Ask, Kind} from './verdict.ts';

/** The answer to a request. Reused: read it before the next `evaluate`. Spans are whole microseconds. */
export class Decision {
  allowed = true;
  /** The cost can never fit, or the key is blocked: waiting does not help. Implies `!allowed`. */
  never = false;
  /** Index of the limit that denied, else of the tightest one (fewest units left); −1 when no limit applied. */
  limit = -1;
  /** Capacity of that limit's tightest bucket, in units. */
  capacity = 0;
  /** Units left in it after the decision. */
  remaining = 0;
  /** Time until the same request is allowed by every layer, if nothing else arrives. 0 when allowed or `never`. */
  retryAfter = 0;
  /** Time until that limit's key is as if never used. */
  resetAfter = 0;
  /** How long the request should be held back before it is served (leaky bucket with a delay). */
  delay = 0;
}

/**
 * A policy at work: ordered layers over state in memory. `evaluate` decides one request and charges it; it allocates
 * nothing once a key is known.
 *
 * All-or-nothing: no layer is charged when another one denies, except that a limit which counts refusals counts its own.
 * A limit in shadow mode never denies; it is charged as it would be if it did, unless an enforcing layer denied.
 */
export class Evaluator {
  readonly policy: Policy;
  readonly resolvers: KeyResolvers;
  readonly limits: readonly Limit[];
  readonly decision = new Decision();
  /** What each limit did with the last request; parallel to `limits`. */
  readonly outcomes: Uint8Array;
  readonly #ask = new Ask();
  readonly #chargeAlways: boolean;

  constructor(policy: Policy, resolvers = new KeyResolvers(new AttributeColumns())) {
    this.policy = policy;
    this.resolvers = resolvers;
    this.limits = policy.limits.map((spec) => {
      const tier = spec.plan.kind === 'tiered' ? spec.plan.tier : undefined;
      return new Limit(spec, resolvers.get(spec.key, tier), resolvers.columns);
    });
    this.outcomes = new Uint8Array(policy.limits.length);
    this.#chargeAlways = policy.charge === 'always';
  }

  /** Attributes and their columns in a batch. */
  get columns(): AttributeColumns {
    return this.resolvers.columns;
  }

  /** Decides request `row` of the batch at its own time, and charges it. The answer is in `decision` and `outcomes`. */
  evaluate(batch: RequestBatch, row: number): void {
    this.resolvers.serial++;
    this.evaluateAt(batch, row, batch.times[row]!);
  }

  /** `evaluate` at an instant of the caller's, who also advances `resolvers.serial` once per request. */
  evaluateAt(batch: RequestBatch, row: number, now: number): void {
    const {limits, outcomes, decision} = this;
    const ask = this.#ask;
    ask.now = now;
    ask.cost = batch.costs[row]!;
    ask.hold = batch.holds[row]!;
    const {serial} = this.resolvers;
    decision.allowed = true;
    decision.never = false;
    decision.limit = -1;
    decision.remaining = Number.POSITIVE_INFINITY;
    decision.capacity = 0;
    decision.retryAfter = 0;
    decision.resetAfter = 0;
    decision.delay = 0;

    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]!;
      const outcome = limit.decide(batch, row, serial, ask);
      outcomes[i] = outcome;
      if (limit.spec.mode === 'shadow') continue;
      if (outcome === Outcome.denied) this.#deny(i, limit);
      else if (outcome === Outcome.allowed && decision.allowed) this.#allow(i, limit);
    }
    if (decision.limit < 0) decision.remaining = 0;

    if (decision.allowed || this.#chargeAlways) this.#chargeAll(ask);
    else this.#settleDenial(ask);
  }

  #allow(index: number, limit: Limit): void {
    const {decision} = this;
    const {verdict} = limit;
    if (verdict.delay > decision.delay) decision.delay = verdict.delay;
    if (verdict.remaining >= decision.remaining) return;
    decision.limit = index;
    decision.remaining = verdict.remaining;
    decision.capacity = limit.capacity;
    decision.resetAfter = verdict.resetAfter;
  }

  /** The first denial names the decision; later ones only tell how long until all layers allow. */
  #deny(index: number, limit: Limit): void {
    const {decision} = this;
    const {verdict} = limit;
    if (decision.allowed) {
      decision.allowed = false;
      decision.limit = index;
      decision.remaining = verdict.remaining;
      decision.capacity = limit.capacity;
      decision.resetAfter = verdict.resetAfter;
      decision.delay = 0;
    }
    if (verdict.kind === Kind.never) decision.never = true;
    if (verdict.retryAfter > decision.retryAfter) decision.retryAfter = verdict.retryAfter;
    if (decision.never) decision.retryAfter = 0;
  }

  #chargeAll(ask: Ask): void {
    for (let i = 0; i < this.limits.length; i++) {
      if (this.outcomes[i]! >= Outcome.allowed) this.limits[i]!.commit(ask);
    }
  }

  /** Behind the layer that denied nothing happened: it was asked only for how long to wait. */
  #settleDenial(ask: Ask): void {
    const denier = this.decision.limit;
    this.limits[denier]!.commit(ask);
    for (let i = denier + 1; i < this.limits.length; i++) this.outcomes[i] = Outcome.notReached;
  }
}
