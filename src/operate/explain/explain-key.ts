import {toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {isBehaviourRow} from '../../engine/behaviour/behaviour-state.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {StoredRow} from '../../store/port.ts';
import type {KeyExplanation} from '../../view/model/key-explanation.ts';
import type {KeyRules} from '../key-rules.ts';
import {quoteKeyGlob, requireKnownLimit, rowSelectionOf, type Selector, selectorTest} from '../selector.ts';
import type {StatusSource} from '../status/read-status.ts';
import {clockWarnings, statusStore} from '../status/store-facts.ts';
import {openStoreView, type StoreView} from '../store-view.ts';
import {ExplainedBehaviour} from './explain-behaviour.ts';
import {explainLimit} from './explain-limit.ts';
import {explainRequest} from './explain-request.ts';
import {unusedAttributes} from './unused-attributes.ts';

export type ExplainSubject =
  | Extract<Selector, {kind: 'exact'}>
  /** A key in whatever limit. */
  | {readonly kind: 'key'; readonly key: string}
  | {readonly kind: 'request'; readonly attributes: Readonly<Record<string, string>>};

export interface ExplainQuery {
  readonly subject: ExplainSubject;
  /** Units of the next request. */
  readonly cost: number;
  /** Only this tier. */
  readonly tier: string | undefined;
}

export interface ExplainAnswer {
  readonly explanation: KeyExplanation;
  readonly warnings: readonly string[];
}

/** Looks, without writing anything. */
export const explainKey = async (source: StatusSource, query: ExplainQuery): Promise<ExplainAnswer> => {
  const {subject, cost} = query;
  // An unknown limit is refused before the store is asked.
  if (subject.kind === 'exact' && source.policy !== undefined) requireKnownLimit(subject, source.policy);
  if (query.tier !== undefined && source.policy !== undefined)
    requireKnownTier(query.tier, subject, source.policy);
  const view = await openStoreView(source);
  const options = {view, describe: source.describe, cost};
  const warnings = clockWarnings(view);
  const common = (now: number) => ({
    store: {...statusStore(view), now: toRfc3339(now)},
    policy: source.policyFile,
    cost,
  });
  if (subject.kind === 'request') {
    if (view.rules === undefined)
      throw new RatectlError('no policy was found, and only a policy says which limits a request meets', {
        code: 'explain/no-policy',
        hint: 'name it with --policy FILE',
      });
    const {attributes} = subject;
    const {now, ...explained} = await explainRequest(source.store, view.rules, attributes, options);
    const unused = unusedAttributes(attributes, view.rules.policy);
    return {explanation: {...common(now), subject, ...explained}, warnings: [...warnings, ...unused]};
  }
  const rows =
    view.rules === undefined
      ? await searchedRows(source, subject)
      : await readRows(source, placesOf(subject, view.rules, view.now()));
  // Asked behind the rows: nothing in them is to come, however long they took.
  const {now} = await source.store.facts();
  const chosen = chooseRows(rows, query, view, now);
  const explained = chosen.map(([address, row]) => explainLimit(address, row, {...options, now}));
  const limits =
    source.policy === undefined
      ? explained
      : await (
          await ExplainedBehaviour.read(
            source.store,
            source.policy,
            chosen.map(([address]) => address),
            now,
          )
        ).addTo(explained);
  return {
    explanation: {
      ...common(now),
      subject: subject.kind === 'exact' ? selectorSubject(subject) : subject,
      limits,
    },
    warnings,
  };
};

const requireKnownTier = (tier: string, subject: ExplainSubject, {limits}: Policy): void => {
  const known = limits
    .filter(({name}) => subject.kind !== 'exact' || name === subject.limit)
    .flatMap(({plan}) => (plan.kind === 'tiered' ? [...plan.tiers.keys()] : []));
  if (known.includes(tier)) return;
  const where = subject.kind === 'exact' ? ` of limit ${quoted(subject.limit)}` : '';
  throw new RatectlError(`unknown tier ${quoted(tier)}${where}${didYouMean(tier, known)}`, {
    code: 'explain/unknown-tier',
    hint:
      known.length === 0
        ? 'it has no tiers: leave --tier out'
        : `tiers are ${known.map((name) => quoted(name)).join(', ')}`,
  });
};

type Addressed = readonly [RowAddress, StoredRow | undefined];

const selectorSubject = ({limit, key}: Extract<Selector, {kind: 'exact'}>): KeyExplanation['subject'] => ({
  kind: 'selector',
  limit,
  key,
});

/** Where a key may have state, in the limit that is named or in every one of the policy. */
const placesOf = (
  subject: Exclude<ExplainSubject, {kind: 'request'}>,
  rules: KeyRules,
  now: number,
): readonly RowAddress[] => {
  const limits = subject.kind === 'exact' ? [subject.limit] : rules.policy.limits.map(({name}) => name);
  return limits.flatMap((limit) => rules.placesOf(limit, subject.key, now));
};

const readRows = async (
  {store}: StatusSource,
  addresses: readonly RowAddress[],
): Promise<readonly Addressed[]> => {
  const rows = await store.read(addresses);
  return addresses.map((address, i) => [address, rows[i]]);
};

/** Without a policy the tiers, and of a bare key the limits, are not known: they are searched for. */
const searchedRows = async (
  {store}: StatusSource,
  subject: Exclude<ExplainSubject, {kind: 'request'}>,
): Promise<readonly Addressed[]> => {
  const selector: Selector =
    subject.kind === 'exact'
      ? subject
      : {kind: 'glob', limitPattern: '*', keyPattern: quoteKeyGlob(subject.key)};
  const selected = selectorTest(selector);
  const found: Addressed[] = [];
  for await (const {rows} of store.scan(rowSelectionOf(selector)))
    for (const row of rows)
      if (selected(row.address) && !isBehaviourRow(row.address)) found.push([row.address, row]);
  return found;
};

/**
 * Of the places where a key may have state, those to explain: of the tier asked for; else where there is a row or an override;
 * else, of a limit that was named, all tiers as for a key never seen.
 */
const chooseRows = (
  all: readonly Addressed[],
  {subject, tier}: ExplainQuery,
  view: StoreView,
  now: number,
): readonly Addressed[] => {
  if (tier !== undefined) return all.filter(([address]) => address.tier === tier);
  const ruleOf = (address: RowAddress) => view.rules?.of(address, now);
  const ofLimits = Map.groupBy(all, ([{limit}]) => limit).values();
  const seen = [...ofLimits].flatMap((places) => {
    const withState = places.filter(([, row]) => row !== undefined);
    if (withState.length > 0) return withState;
    // What an override says holds in every tier: one is enough.
    return places.filter(([address]) => ruleOf(address)?.override !== undefined).slice(0, 1);
  });
  if (seen.length > 0 || subject.kind === 'key') return seen;
  return all.filter(([address]) => ruleOf(address)?.buckets !== undefined);
};
