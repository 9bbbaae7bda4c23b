import type {Algorithm} from './algorithm.ts';
import {DecisionBit} from './decision-bit.ts';
import {MISSING_KEY, SLICE} from './key-resolver.ts';
import type {KeyRows} from './key-rows.ts';
import {Outcome} from './outcome.ts';
import type {RequestBatch} from './request-batch.ts';
import {Ask, Kind, type Verdict} from './verdict.ts';

/** A limit that has one bucket for all requests and keys: no conditions, tiers, overrides or rollout. */
export interface PlainLayer {
  readonly algorithm: Algorithm;
  /** What it said last. */
  readonly verdict: Verdict;
  /** The keys of the slice under way. */
  readonly ids: Int32Array;
  readonly rows: KeyRows;
  /** First word of the bucket in its key's row. */
  readonly offset: number;
  /** What every request weighs; −1 when its own cost counts. */
  readonly fixedCost: number;
  readonly isShadow: boolean;
}

/**
 * Decides and charges slices where all limits are plain. The same as the evaluator's way for any limit, as a loop with little
 * more in it than the algorithms: half of the time for a request. A property test holds both equal.
 */
export class PlainLoop {
  readonly #layers: readonly PlainLayer[];
  readonly #only: PlainLayer | undefined;
  readonly #chargeAlways: boolean;
  readonly #ask = new Ask();

  constructor(layers: readonly PlainLayer[], charge: 'all-or-nothing' | 'always') {
    this.#layers = layers;
    this.#only = layers.length === 1 ? layers[0] : undefined;
    this.#chargeAlways = charge === 'always';
  }

  /** Requests `from … to − 1`; the answers are left in columns, as `Evaluator.evaluateSlice` says. */
  run(batch: RequestBatch, from: number, to: number, outcomes: Uint8Array, decisions: Uint8Array): void {
    if (this.#only !== undefined) this.#runOnly(this.#only, batch, from, to, outcomes, decisions);
    else this.#runAll(batch, from, to, outcomes, decisions);
  }

  /** Of one limit, each request is charged when it is decided: V8 then makes one piece of both, another quarter of the time. */
  #runOnly(
    {ids, algorithm, verdict, rows, offset, fixedCost, isShadow}: PlainLayer,
    {times, costs, holds}: RequestBatch,
    from: number,
    to: number,
    outcomes: Uint8Array,
    decisions: Uint8Array,
  ): void {
    const {state, stride} = rows;
    const ask = this.#ask;
    for (let row = from; row < to; row++) {
      const at = row - from;
      const id = ids[at]!;
      outcomes[at] = Outcome.skipped;
      decisions[at] = DecisionBit.allowed;
      if (id === MISSING_KEY) continue;
      const cost = costs[row]!;
      ask.now = times[row]!;
      ask.cost = fixedCost >= 0 && cost > 0 ? fixedCost : cost;
      ask.hold = holds[row]!;
      algorithm.decide(state, id * stride + offset, ask, verdict);
      if (verdict.writes) algorithm.commit(state, id * stride + offset, ask, verdict);
      outcomes[at] = verdict.kind === Kind.allow ? Outcome.allowed : Outcome.denied;
      if (!isShadow)
        decisions[at] = bitsOf(verdict) | (verdict.kind === Kind.allow ? DecisionBit.allowed : 0);
    }
  }

  #runAll(batch: RequestBatch, from: number, to: number, outcomes: Uint8Array, decisions: Uint8Array): void {
    const {times, costs, holds} = batch;
    const layers = this.#layers;
    const ask = this.#ask;
    for (let row = from; row < to; row++) {
      const at = row - from;
      const cost = costs[row]!;
      ask.now = times[row]!;
      ask.hold = holds[row]!;
      let denier = -1;
      let bits = 0;
      for (let l = 0; l < layers.length; l++) {
        const {ids, algorithm, verdict, rows, offset, fixedCost, isShadow} = layers[l]!;
        const id = ids[at]!;
        outcomes[l * SLICE + at] = Outcome.skipped;
        if (id === MISSING_KEY) continue;
        ask.cost = fixedCost >= 0 && cost > 0 ? fixedCost : cost;
        algorithm.decide(rows.state, id * rows.stride + offset, ask, verdict);
        const allows = verdict.kind === Kind.allow;
        outcomes[l * SLICE + at] = allows ? Outcome.allowed : Outcome.denied;
        if (isShadow) continue;
        bits |= bitsOf(verdict);
        if (!allows && denier < 0) denier = l;
      }
      decisions[at] = denier < 0 ? bits | DecisionBit.allowed : bits & ~DecisionBit.delayed;
      this.#charge(at, denier, cost, outcomes);
    }
  }

  /** Charges what the layers proposed to request `at` of the slice; behind the one that denied nothing happened. */
  #charge(at: number, denier: number, cost: number, outcomes: Uint8Array): void {
    const layers = this.#layers;
    const ask = this.#ask;
    const chargesAll = denier < 0 || this.#chargeAlways;
    for (let l = 0; l < layers.length; l++) {
      const {ids, algorithm, verdict, rows, offset, fixedCost} = layers[l]!;
      if (!chargesAll && l !== denier) {
        if (l > denier) outcomes[l * SLICE + at] = Outcome.notReached;
        continue;
      }
      if (ids[at] === MISSING_KEY || !verdict.writes) continue;
      ask.cost = fixedCost >= 0 && cost > 0 ? fixedCost : cost;
      algorithm.commit(rows.state, ids[at]! * rows.stride + offset, ask, verdict);
    }
  }
}

/** What an enforcing layer adds to the decision. */
const bitsOf = ({kind, delay}: Verdict): number =>
  DecisionBit.applied |
  (kind === Kind.never ? DecisionBit.never : 0) |
  (kind === Kind.allow && delay > 0 ? DecisionBit.delayed : 0);
