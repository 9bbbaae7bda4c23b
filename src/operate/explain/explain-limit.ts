import {ceilMillis} from '../../base/micros.ts';
import type {BucketSet} from '../../engine/bucket-set.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {StoredRow} from '../../store/port.ts';
import type {AdaptiveFacts, AppliedLimit, RowFacts, RuleFacts} from '../../view/model/key-explanation.ts';
import type {KeyRule} from '../key-rules.ts';
import {costOf, type KeyState, KeyStateReader} from '../key-state.ts';
import {type DescribeBucket, shownInstant, statusOverride} from '../status/observed-key.ts';
import type {StoreView} from '../store-view.ts';
import {explainBuckets} from './explain-bucket.ts';

export interface ExplainLimitOptions {
  readonly view: StoreView;
  readonly describe: DescribeBucket;
  /** Units of the next request. */
  readonly cost: number;
  /** The store's, µs. */
  readonly now: number;
}

/** One key in one limit: its rule, its row, its arithmetic. */
export const explainLimit = (
  address: RowAddress,
  row: StoredRow | undefined,
  {view, describe, cost: asked, now}: ExplainLimitOptions,
): AppliedLimit => {
  const {limit, key, tier} = address;
  const rule = view.rules?.of(address, now);
  const state = new KeyStateReader().read(rule, row, {now, cost: asked});
  const cost = rule === undefined ? asked : costOf(rule, asked);
  const buckets = rule?.buckets;
  return {
    kind: 'applied',
    limit,
    key,
    ...(tier === '' ? {} : {tier}),
    state: state.condition,
    ...(rule === undefined ? {} : {rule: ruleFacts(rule, view)}),
    ...(rule?.override === undefined ? {} : {override: statusOverride(rule.override)}),
    ...(rule?.base === undefined ? {} : {adaptive: adaptiveFacts(rule, rule.base, view, describe)}),
    ...(row === undefined ? {} : {row: rowFacts(row, state, rule)}),
    deniedLastMinute: view.deniedLastMinute(address),
    cost,
    ...(state.condition !== 'unknown' && Number.isFinite(state.retryAfter)
      ? {retryAfterMs: ceilMillis(state.retryAfter)}
      : {}),
    buckets:
      buckets === undefined || buckets.buckets.length === 0
        ? []
        : explainBuckets(buckets, row, state, {now, cost, describe}),
  };
};

const adaptiveFacts = (
  {spec, share}: KeyRule,
  base: BucketSet,
  {rules, shares}: StoreView,
  describe: DescribeBucket,
): AdaptiveFacts => ({
  share,
  by: rules!.policy.adaptive
    .filter(({name, limits}) => limits.includes(spec.name) && shares.entries.get(name) === share)
    .map(({name}) => name),
  base: base.buckets.map((bucket) => describe(bucket.spec)),
});

const ruleFacts = ({spec, index, enforced}: KeyRule, {rules}: StoreView): RuleFacts => ({
  position: index + 1,
  of: rules!.policy.limits.length,
  mode: spec.mode,
  rollout: spec.rollout,
  enforced,
  charge: rules!.policy.charge,
});

const rowFacts = (row: StoredRow, state: KeyState, rule: KeyRule | undefined): RowFacts => {
  const expiresAt = shownInstant(row.expiresAt);
  return {
    shape: row.address.shape,
    ...(rule?.buckets === undefined ? {} : {expectedShape: rule.buckets.shape}),
    matches: state.row === 'read',
    words: row.words,
    ...(expiresAt === undefined ? {} : {expiresAt}),
  };
};
