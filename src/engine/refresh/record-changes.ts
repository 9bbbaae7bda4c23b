/** What the transitions of a record have in common. */
import {counts} from './refresh-budget.ts';
import type {AttemptOutcome, RefreshAttempt, RefreshRecord} from './refresh-record.ts';
import type {RefreshRules} from './refresh-rules.ts';
import {maySpend, rotates} from './spent-token.ts';

/** The error of an attempt that nobody ended: its process died, or lost its way to the store. */
export const DIED = 'died';

/** The next revision. */
export const next = (record: RefreshRecord, changes: Partial<RefreshRecord>): RefreshRecord => ({
  ...record,
  ...changes,
  revision: record.revision + 1,
});

/** Whether no later attempt was granted and no other token stored since an attempt was granted. */
export const isCurrent = ({fencing, generation}: RefreshRecord, attempt: RefreshAttempt): boolean =>
  attempt.fencing === fencing && attempt.generation === generation;

/** Closed by `closeLost`, not by whoever made it. */
export const wasClosed = ({phase, error}: RefreshAttempt): boolean => phase === 'ended' && error === DIED;

/** Without what `closeLost` concluded from its last attempt. An attempt is granted only when nobody has to authorise anew. */
export const reopened = (record: RefreshRecord): RefreshRecord => ({
  ...record,
  failures: Math.max(0, record.failures - 1),
  reauthorise: undefined,
});

export const withAttempt = (record: RefreshRecord, attempt: RefreshAttempt): RefreshRecord => ({
  ...record,
  attempts: record.attempts.map((one) => (one.fencing === attempt.fencing ? attempt : one)),
});

/** Ended, or ended otherwise: the audit journal has to be told. */
export const ended = (
  attempt: RefreshAttempt,
  outcome: AttemptOutcome,
  until: number,
  error: string,
): RefreshAttempt => ({...attempt, phase: 'ended', outcome, until, error, told: false});

/** Without the attempts that the audit journal has, that no window counts any more, and that say nothing of the token. */
export const forgetOld = (
  {attempts, generation}: RefreshRecord,
  rules: RefreshRules,
  now: number,
): readonly RefreshAttempt[] => {
  const longest = Math.max(...rules.budget.map(({per}) => per));
  return attempts.filter(
    (one) =>
      !one.told ||
      (counts(one) && one.until + longest > now) ||
      (rotates(rules) && maySpend(one, generation)),
  );
};
