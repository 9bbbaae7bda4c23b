import {AttributeColumns} from './attribute-columns.ts';
import {Decision} from './decision.ts';
import {DecisionBit} from './decision-bit.ts';
import {type KeyResolver, SLICE} from './key-resolver.ts';
import {KeyResolvers} from './key-resolvers.ts';
import {KeyRows} from './key-rows.ts';
import {Limit} from './limit.ts';
import {Outcome} from './outcome.ts';
import {PlainLoop} from './plain-loop.ts';
import type {Policy} from './policy-model.ts';
import type {RequestBatch} from './request-batch.ts';
import {Ask, Kind} from './verdict.ts';

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
  /** The answer to the last request. Reused: read it, or take its `facts()`, before the next one. */
  readonly decision: Decision;
  /** What each limit did with the last request; parallel to `limits`. */
  readonly outcomes: Uint8Array;
  /** The state of the keys of each resolver. */
  readonly #rows = new Map<KeyResolver, KeyRows>();
  /** `DecisionBit`s of the requests of the last slice. */
  readonly sliceDecisions = new Uint8Array(SLICE);
  /** What each limit did with them: limit `l` with request `i` at `l × SLICE + i`. */
  readonly sliceOutcomes: Uint8Array;
  /** When all limits are plain. */
  readonly #plain: PlainLoop | undefined;
  /** What each limit said, also those that the request did not reach: they say how long to wait. */
  readonly #answers: Uint8Array;
  readonly #ask = new Ask();
  readonly #chargeAlways: boolean;

  constructor(policy: Policy, resolvers = new KeyResolvers(new AttributeColumns())) {
    this.policy = policy;
    this.resolvers = resolvers;
    this.limits = policy.limits.map((spec) => {
      const {plan} = spec;
      const tier =
        plan.kind === 'tiered'
          ? {template: plan.tier, names: [...plan.tiers.keys()], fallback: plan.defaultTier}
          : undefined;
      const resolver = resolvers.get(spec.key, tier);
      const rows = this.#rows.get(resolver) ?? new KeyRows();
      this.#rows.set(resolver, rows);
      return new Limit(spec, resolver, rows, resolvers.columns);
    });
    this.outcomes = new Uint8Array(policy.limits.length);
    this.sliceOutcomes = new Uint8Array(SLICE * policy.limits.length);
    const layers = this.limits.flatMap((limit) => limit.plain ?? []);
    this.#plain = layers.length === this.limits.length ? new PlainLoop(layers, policy.charge) : undefined;
    this.#answers = new Uint8Array(policy.limits.length);
    this.decision = new Decision(this.limits, this.#answers);
    this.#chargeAlways = policy.charge === 'always';
  }

  /** Attributes and their columns in a batch. */
  get columns(): AttributeColumns {
    return this.resolvers.columns;
  }

  /**
   * Decides requests `from … to − 1` of a batch, each at its own time, and charges them: what `evaluate` does for one. They are
   * a slice that the resolvers have begun. The answers are in `sliceDecisions` and `sliceOutcomes`; that to a single request
   * in `decision`, too.
   */
  evaluateSlice(batch: RequestBatch, from: number, to: number): void {
    for (const limit of this.limits) limit.learn();
    for (const [resolver, rows] of this.#rows) if (resolver.everyRequest) rows.touch(resolver.ids, to - from);
    if (this.#plain !== undefined && to - from > 1)
      this.#plain.run(batch, from, to, this.sliceOutcomes, this.sliceDecisions);
    else for (let row = from; row < to; row++) this.#evaluateInSlice(batch, row, row - from);
  }

  #evaluateInSlice(batch: RequestBatch, row: number, at: number): void {
    this.#ask.now = batch.times[row]!;
    this.sliceDecisions[at] = this.#decide(batch, row);
    const {outcomes, sliceOutcomes} = this;
    for (let i = 0; i < outcomes.length; i++) sliceOutcomes[i * SLICE + at] = outcomes[i]!;
  }

  /** Decides request `row` of the batch at its own time, and charges it. The answer is in `decision` and `outcomes`. */
  evaluate(batch: RequestBatch, row: number): void {
    this.resolvers.serial++;
    this.#ask.now = batch.times[row]!;
    this.#decide(batch, row);
  }

  /** `evaluate` at an instant of the caller's, who also advances `resolvers.serial` once per request. */
  evaluateAt(batch: RequestBatch, row: number, now: number): void {
    this.#ask.now = now;
    this.#decide(batch, row);
  }

  /** Decides and charges a request at the instant that the ask has; `DecisionBit`s. */
  #decide(batch: RequestBatch, row: number): number {
    const {limits, outcomes, decision} = this;
    const answers = this.#answers;
    const ask = this.#ask;
    ask.cost = batch.costs[row]!;
    ask.hold = batch.holds[row]!;
    const {serial} = this.resolvers;
    let denier = -1;
    let never = false;
    let applied = false;
    let delayed = false;
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]!;
      const answer = limit.decide(batch, row, serial, ask);
      answers[i] = answer;
      outcomes[i] = answer;
      if (answer < Outcome.allowed || limit.isShadow) continue;
      applied = true;
      if (answer === Outcome.allowed) {
        if (limit.verdict.delay > 0) delayed = true;
        continue;
      }
      // The first denial names the decision; later ones only tell how long until all layers allow.
      if (denier < 0) denier = i;
      if (limit.verdict.kind === Kind.never) never = true;
    }
    decision.allowed = denier < 0;
    decision.never = never;
    decision.applied = applied;
    decision.denier = denier;

    if (denier < 0 || this.#chargeAlways) this.#chargeAll(ask);
    else this.#settleDenial(denier, ask);
    if (denier >= 0) return DecisionBit.applied | (never ? DecisionBit.never : 0);
    return DecisionBit.allowed | (applied ? DecisionBit.applied : 0) | (delayed ? DecisionBit.delayed : 0);
  }

  #chargeAll(ask: Ask): void {
    for (let i = 0; i < this.limits.length; i++) {
      if (this.outcomes[i]! >= Outcome.allowed) this.limits[i]!.commit(ask);
    }
  }

  /** Behind the layer that denied nothing happened: it was asked only for how long to wait. */
  #settleDenial(denier: number, ask: Ask): void {
    this.limits[denier]!.commit(ask);
    for (let i = denier + 1; i < this.limits.length; i++) this.outcomes[i] = Outcome.notReached;
  }
}
