import type {Concurrency} from '../../engine/algorithms/concurrency.ts';
import type {BucketSet} from '../../engine/bucket-set.ts';
import {type Attributes, conditionOf, renderer} from '../../engine/live/attributes.ts';
import type {Check, CheckAnswer} from '../../engine/live/check.ts';
import {CheckDecider, type Row} from '../../engine/live/check-decider.ts';
import {liveDecision} from '../../engine/live/live-decision.ts';
import {RequestRouter} from '../../engine/live/request-router.ts';
import type {LimitSpec, Policy} from '../../engine/policy-model.ts';
import {Kind} from '../../engine/verdict.ts';
import type {LimitSummary} from '../../view/model/simulate-report.ts';
import type {Arrival, Ruling} from './arrival.ts';
import {LimitCounts} from './limit-counts.ts';

/** What the limits said of a request. */
export interface LimitAnswer {
  readonly ruling: Ruling;
  readonly check: Check;
  readonly answer: CheckAnswer;
}

interface KeptRow {
  readonly row: Row;
  /** The buckets that wrote it. */
  readonly set: BucketSet;
}

/** The rate limits of a policy over rows in memory, decided as a store does. */
export class LimitGate {
  readonly router: RequestRouter;
  readonly #decider = new CheckDecider();
  readonly #rows = new Map<string, KeptRow>();
  readonly #counts: readonly LimitCounts[];
  readonly #lacksKey: readonly ((attributes: Attributes) => boolean)[];
  readonly #hasLeases: boolean;

  constructor(policy: Policy) {
    this.router = new RequestRouter(policy);
    this.#counts = policy.limits.map((spec) => new LimitCounts(spec));
    this.#lacksKey = policy.limits.map(lacksKey);
    this.#hasLeases = policy.limits.some(({plan}) =>
      (plan.kind === 'single' ? plan.buckets : [...plan.tiers.values()].flat()).some(
        ({kind}) => kind === 'concurrency',
      ),
    );
  }

  decide({attributes, cost}: Arrival, now: number): LimitAnswer {
    const check = this.router.route(attributes, {cost, now, hold: Number.POSITIVE_INFINITY});
    const answer = this.#decider.decide(check, this.#rowsOf(check), now);
    const facts = liveDecision(check, answer);
    const denier = facts.allowed ? -1 : check.layers.findIndex(({limit}) => limit === facts.limit);
    this.#count(check, answer, denier, attributes);
    const name = this.router.policy.limits[facts.limit]?.name;
    const ruling: Ruling = {
      allowed: facts.allowed,
      by: name ?? null,
      remaining: name === undefined ? null : facts.remaining,
      retryAfter: facts.retryAfter,
      never: facts.never,
      delay: facts.delay,
      limited: name !== undefined,
    };
    return {ruling, check, answer};
  }

  /** Gives the slots of `concurrency` limits back when the request is done. */
  release({check, answer}: Pick<LimitAnswer, 'check' | 'answer'>): void {
    if (!this.#hasLeases) return;
    check.layers.forEach((layer, i) => {
      const {fencingToken} = answer.verdicts[i]!;
      const kept = fencingToken > 0 ? this.#rows.get(rowName(layer)) : undefined;
      if (kept === undefined) return;
      for (const {algorithm, offset} of kept.set.buckets) {
        const {release} = algorithm as Partial<Concurrency>;
        for (let n = 0; n < layer.cost; n++) release?.(kept.row.state, offset, fencingToken - n);
      }
    });
  }

  summaries(): readonly LimitSummary[] {
    return this.#counts.map((counts) => counts.summary());
  }

  #rowsOf({layers}: Check): readonly Row[] {
    return layers.map((layer) => {
      const name = rowName(layer);
      const set = layer.buckets;
      let kept = this.#rows.get(name);
      if (kept?.set !== set) {
        const row = {state: new Float64Array(set.words), expiresAt: 0};
        // Lists of leases belong to the buckets that keep them: a scaled limit takes them over as a store hands them over.
        if (kept !== undefined) {
          set.load(row.state, 0, kept.set.save(kept.row.state, 0));
          kept.set.clear(kept.row.state, 0);
        }
        kept = {row, set};
        this.#rows.set(name, kept);
      }
      return kept.row;
    });
  }

  /** Limits behind the one that refused were not reached. */
  #count({layers}: Check, {verdicts}: CheckAnswer, denier: number, attributes: Attributes): void {
    let at = 0;
    for (let limit = 0; limit < this.#counts.length; limit++) {
      const layer = layers[at];
      if (layer?.limit !== limit) {
        if (this.#lacksKey[limit]!(attributes)) this.#counts[limit]!.skip();
        continue;
      }
      this.#counts[limit]!.add(layer.address, verdicts[at]!.kind !== Kind.allow);
      if (at === denier) return;
      at++;
    }
  }
}

const rowName = ({limit, address}: Check['layers'][number]): string =>
  `${limit} ${address.shape} ${address.tier.length} ${address.tier}${address.key}`;

/** Whether a limit would apply to a request, but cannot tell its key, or its tier. */
const lacksKey = ({key, when, unless, plan, overrides}: LimitSpec): ((attributes: Attributes) => boolean) => {
  const applies = conditionOf(when);
  const isExcepted = unless.length > 0 ? conditionOf(unless) : () => false;
  const keyOf = renderer(key);
  const tierOf =
    plan.kind === 'tiered' && plan.defaultTier === undefined ? renderer(plan.tier, 'empty') : undefined;
  return (attributes) => {
    if (isExcepted(attributes) || !applies(attributes)) return false;
    const text = keyOf(attributes);
    if (text === '') return true;
    if (tierOf === undefined || plan.kind === 'single') return false;
    return !plan.tiers.has(tierOf(attributes)) && overrides.get(text)?.kind !== 'exempt';
  };
};
