import {ceilMillis} from '../../base/micros.ts';
import type {Check} from '../../engine/live/check.ts';
import {CheckDecider, type Row} from '../../engine/live/check-decider.ts';
import {liveDecision} from '../../engine/live/live-decision.ts';
import type {StoredRow} from '../../store/port.ts';
import type {LimitExplanation, RequestAnswer} from '../../view/model/key-explanation.ts';
import type {KeyRules} from '../key-rules.ts';
import type {ReadableStore} from '../store-view.ts';
import {ExplainedBehaviour} from './explain-behaviour.ts';
import {type ExplainLimitOptions, explainLimit} from './explain-limit.ts';
import {skipReason} from './skip-reason.ts';

export interface ExplainedRequest {
  readonly limits: readonly LimitExplanation[];
  readonly answer: RequestAnswer;
  /** The store's clock that they are explained by, µs. */
  readonly now: number;
}

/** Which limits a request meets, which not and why, and what it would get. Asks the engine over copies of the rows: nothing is charged. */
export const explainRequest = async (
  store: Pick<ReadableStore, 'read' | 'get' | 'facts'>,
  rules: KeyRules,
  attributes: Readonly<Record<string, string>>,
  options: Omit<ExplainLimitOptions, 'now'>,
): Promise<ExplainedRequest> => {
  const {cost, view} = options;
  const route = (): Check => rules.router.route(attributes, {cost, now: view.now(), hold: 0});
  rules.router.setTierMover(undefined);
  const came = route().layers.map(({address}) => address);
  const behaviour = await ExplainedBehaviour.read(store, rules.policy, came, view.now());
  rules.router.setTierMover(behaviour.tierOf);
  const check = route();
  const addresses = check.layers.map(({address}) => address);
  const rows = addresses.length === 0 ? [] : await store.read(addresses);
  // Asked behind the rows: nothing in them is to come.
  const {now} = await store.facts();
  const limits = rules.policy.limits.map((spec, index): LimitExplanation => {
    const at = check.layers.findIndex(({limit}) => limit === index);
    return at < 0
      ? {kind: 'skipped', limit: spec.name, reason: skipReason(spec, attributes, rules, now)}
      : explainLimit(addresses[at]!, rows[at], {...options, now});
  });
  const tiers = new Map(came.map(({limit, tier}) => [limit, tier]));
  return {limits: await behaviour.addTo(limits, tiers), answer: answerOf(check, rows, rules, now), now};
};

const answerOf = (
  check: Check,
  rows: readonly (StoredRow | undefined)[],
  {policy}: KeyRules,
  now: number,
): RequestAnswer => {
  const copies = check.layers.map(({buckets}, i): Row => {
    const state = new Float64Array(buckets.words);
    const row = rows[i];
    if (row !== undefined) {
      try {
        buckets.load(state, 0, row.words);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        buckets.clear(state, 0);
      }
    }
    return {state, expiresAt: 0};
  });
  const decision = liveDecision(check, new CheckDecider().decide(check, copies, now));
  return {
    allowed: decision.allowed,
    ...(decision.allowed ? {} : {limit: policy.limits[decision.limit]!.name}),
    ...(decision.never ? {} : {retryAfterMs: ceilMillis(decision.retryAfter)}),
  };
};
