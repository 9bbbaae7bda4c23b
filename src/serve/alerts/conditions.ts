import {formatDuration} from '../../base/duration.ts';
import {safeExcerpt} from '../../base/safe-text.ts';
import type {StatusKey, StatusReport} from '../../view/model/status-report.ts';
import type {AlertKind, StatusToken} from '../../view/model/status-sections.ts';
import type {FeedState} from '../status-feed.ts';

/** `limit-near`, `limit-reached`: by limit, however many keys; `token-low`: before the budget is used up. */
export type ConditionKind = AlertKind | 'limit-near' | 'limit-reached' | 'token-low' | 'store-lost';

/** Something that needs somebody, as long as it lasts. One for each kind and subject. */
export interface Condition {
  readonly kind: ConditionKind;
  /** Limit, provider, breaker, queue or store. */
  readonly subject: string;
  readonly text: string;
  readonly next: string;
}

/** What needs somebody now; undefined: nobody can say, the store does not answer, and `store-lost` is all that is known. */
export const conditionsOf = (
  state: FeedState,
  storeUrl: string,
): {readonly known: 'all' | 'store'; readonly conditions: readonly Condition[]} =>
  state.kind === 'lost'
    ? {
        known: 'store',
        conditions: [
          {
            kind: 'store-lost',
            subject: storeUrl,
            text: `the store does not answer: ${state.reason}`,
            next: 'applications decide by their onStoreError until it is back',
          },
        ],
      }
    : {known: 'all', conditions: ofReport(state.look.report)};

const ofReport = (report: StatusReport): readonly Condition[] => [
  ...report.alerts.map(({kind, subject, text, next}) => ({kind, subject, text, next})),
  ...report.tokens.filter(isLow).map(lowBudget),
  ...ofLimits(report.keys),
];

/** Fewer than a fifth of the refreshes are left, and one at least is. */
const isLow = ({refreshes}: StatusToken): boolean =>
  refreshes !== null &&
  refreshes.allowed > 1 &&
  refreshes.used < refreshes.allowed &&
  refreshes.used >= refreshes.allowed * 0.8;

const lowBudget = ({provider, refreshes}: StatusToken): Condition => ({
  kind: 'token-low',
  subject: provider,
  text: `token ${provider} has ${refreshes!.allowed - refreshes!.used} of ${refreshes!.allowed} refreshes in ${formatDuration(refreshes!.perMs * 1_000)} left`,
  next: 'look for what refreshes so often: ratectl audit',
});

/** One for each limit, not for each key: a flood of keys is one alert, and its text names the worst. */
const ofLimits = (keys: readonly StatusKey[]): readonly Condition[] => {
  const limits = new Map<string, {limited: StatusKey[]; near: StatusKey[]}>();
  for (const key of keys) {
    if (key.state !== 'limited' && key.state !== 'near') continue;
    const own = limits.get(key.limit) ?? {limited: [], near: []};
    limits.set(key.limit, own);
    own[key.state].push(key);
  }
  return [...limits].flatMap(([limit, {limited, near}]) => [
    ...(limited.length === 0 ? [] : [ofKeys('limit-reached', limit, limited, 'limited')]),
    ...(near.length === 0 ? [] : [ofKeys('limit-near', limit, near, 'near the limit')]),
  ]);
};

const NAMED = 3;

const ofKeys = (kind: ConditionKind, limit: string, keys: readonly StatusKey[], how: string): Condition => {
  const names = keys.slice(0, NAMED).map(({key}) => safeExcerpt(key, 60));
  const more =
    keys.length > names.length ? ` and ${(keys.length - names.length).toLocaleString('en-US')} more` : '';
  const what = keys.length === 1 ? '1 key is' : `${keys.length.toLocaleString('en-US')} keys are`;
  return {
    kind,
    subject: limit,
    text: `limit ${limit}: ${what} ${how}: ${names.join(', ')}${more}`,
    next: `ratectl status --filter '^${limit}/'`,
  };
};
