import {type HourlyUse, type RefreshEntry, tokenActivity} from '../../analytics/token-activity.ts';
import {toRfc3339} from '../../base/micros.ts';
import type {ReportToken} from '../../view/model/activity-report.ts';
import type {StatusToken} from '../../view/model/status-sections.ts';
import type {TimedEvent} from './read-events.ts';
import type {CountedRange} from './report-range.ts';

const SUCCESS = 'token-refreshed';
const FAILURE = 'token-failed';

/** What events say came of an attempt, in the words of their notes. */
const OUTCOMES: readonly (readonly [words: string, outcome: RefreshEntry['outcome']])[] = [
  ['given up before anything was sent', 'not-sent'],
  ['the answer was discarded', 'discarded'],
  ['refused the refresh token', 'rejected'],
  ['the answer was lost', 'answer-lost'],
];

/** How the tokens that are known now did in a range. */
export const tokenFacts = (
  tokens: readonly StatusToken[],
  events: readonly TimedEvent[],
  usesOf: (provider: string) => readonly HourlyUse[],
  {from, until}: CountedRange,
): readonly ReportToken[] =>
  tokens.map(({provider, condition, recommendation, health}) => {
    const entries = events.filter(({subject}) => subject === provider).flatMap(refreshEntry);
    const activity = tokenActivity(entries, usesOf(provider), {from, until});
    return {
      provider,
      condition,
      recommendation,
      health,
      refreshed: activity.refreshed,
      failed: activity.failed,
      successRate: activity.successRate ?? null,
      uses: activity.uses,
      errors: activity.errors,
      hours: activity.hours.map(({at, refreshed, failed, uses}) => ({
        at: toRfc3339(at),
        refreshed,
        failed,
        uses,
      })),
    };
  });

const refreshEntry = ({at, kind, note}: TimedEvent): readonly RefreshEntry[] => {
  if (kind === SUCCESS) return [{at, outcome: 'refreshed', error: ''}];
  if (kind !== FAILURE) return [];
  const outcome = OUTCOMES.find(([words]) => note.includes(words))?.[1] ?? 'failed';
  return [{at, outcome, error: /\(([^\s,()]+), token \d+\)$/.exec(note)?.[1] ?? ''}];
};
