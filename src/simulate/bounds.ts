import type {AttributeColumns} from '../engine/attribute-columns.ts';
import {Evaluator} from '../engine/evaluator.ts';
import type {KeyResolver} from '../engine/key-resolver.ts';
import {KeyResolvers} from '../engine/key-resolvers.ts';
import type {Policy} from '../engine/policy-model.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import type {Bounds} from '../view/model/simulate-report.ts';

/** An instant a request may have come at, given the start of the span its time stamp names. */
type Placement = (start: number, resolution: number) => number;

const earliest: Placement = (start) => start;
const latest: Placement = (start, resolution) => start + resolution - 1;
/** Two neighbouring spans meet at their seam: what fits in one window or one burst is offered twice as much. */
const seam =
  (odd: 0 | 1): Placement =>
  (start, resolution) =>
    (start / resolution) % 2 === odd ? earliest(start, resolution) : latest(start, resolution);

const WORST: readonly Placement[] = [earliest, latest, seam(0), seam(1)];

/**
 * How much the unknown order inside one unit of the time stamps matters. A stamp of a whole second says that the request
 * came somewhere in that second; each bound is the result of one arrangement that the stamps allow:
 *
 * best: every request comes as late within its second as it must to be allowed, if that is possible; or one of those below,
 * where that denies less;
 * worst: all requests of a second at its start, all at its end, or pushed to the seams between seconds, whichever denies most.
 */
export class BoundsReplay {
  readonly #resolution: number;
  readonly #resolvers: KeyResolvers;
  readonly #keys: KeyResolver;
  readonly #best: Evaluator;
  readonly #worst: readonly Evaluator[];
  readonly #worstDenied: number[];
  #bestDenied = 0;
  #requests = 0;
  /** By key: when its last request came in the best arrangement; later ones do not come before it. */
  #lastAt = new Float64Array(1 << 10);

  /** `resolution` of the time stamps in µs. */
  constructor(policy: Policy, columns: AttributeColumns, resolution: number) {
    this.#resolution = resolution;
    columns.add('key');
    this.#resolvers = new KeyResolvers(columns);
    this.#keys = this.#resolvers.get('{key}');
    this.#best = new Evaluator(policy, this.#resolvers);
    this.#worst = WORST.map(() => new Evaluator(policy, this.#resolvers));
    this.#worstDenied = WORST.map(() => 0);
  }

  run(batch: RequestBatch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const t = batch.times[row]!;
      const start = t - (t % this.#resolution);
      this.#requests++;
      this.#resolvers.serial++;
      this.#worst.forEach((evaluator, i) => {
        evaluator.evaluateAt(batch, row, WORST[i]!(start, this.#resolution));
        if (!evaluator.decision.allowed) this.#worstDenied[i] = this.#worstDenied[i]! + 1;
      });
      if (!this.#allowedAtBest(batch, row, start)) this.#bestDenied++;
    }
  }

  #allowedAtBest(batch: RequestBatch, row: number, start: number): boolean {
    const id = this.#keys.resolve(batch, row, this.#resolvers.serial);
    const last = id < 0 ? 0 : this.#lastOf(id);
    const end = start + this.#resolution;
    let at = last > start && last < end ? last : start;
    const {decision} = this.#best;
    this.#best.evaluateAt(batch, row, at);
    if (!decision.allowed && !decision.never && at + decision.retryAfter < end) {
      at += decision.retryAfter;
      this.#best.evaluateAt(batch, row, at);
    }
    if (id >= 0) this.#lastAt[id] = at;
    return decision.allowed;
  }

  #lastOf(id: number): number {
    if (id >= this.#lastAt.length) {
      const longer = new Float64Array(Math.max(2 * this.#lastAt.length, id + 1));
      longer.set(this.#lastAt);
      this.#lastAt = longer;
    }
    return this.#lastAt[id]!;
  }

  result(): Bounds {
    const rate = (denied: number): {denied: number; deniedRate: number} => ({
      denied,
      deniedRate: this.#requests === 0 ? 0 : denied / this.#requests,
    });
    const worst = Math.max(...this.#worstDenied);
    // Waiting until one is allowed may cost others more than it gains.
    const best = Math.min(this.#bestDenied, ...this.#worstDenied);
    return {
      resolutionMs: this.#resolution / 1_000,
      best: rate(best),
      worst: rate(worst),
    };
  }
}
