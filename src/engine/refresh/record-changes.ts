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

/**
 * With an attempt that the store forgot, while others changed what it still had so often that the loss does not show in the revision.
 * The same object when it is there.
 */
export const reinstated = (record: RefreshRecord, attempt: RefreshAttempt): RefreshRecord => {
  if (record.attempts.some(({fencing}) => fencing === attempt.fencing)) return record;
  const attempts = [...record.attempts, attempt].sort((a, b) => a.fencing - b.fencing);
  return {...record, attempts, fencing: Math.max(record.fencing, attempt.fencing)};
};

/** Ended, or ended otherwise: the audit journal has to be told. */
export const ended = (
  attempt: RefreshAttempt,
  outcome: AttemptOutcome,
  until: number,
  error: string,
): RefreshAttempt => ({...attempt, phase: 'ended', outcome, until, error, told: false});

/**
 * Nothing began, or ended, later than now: the clock was put back. Else a clock that was once a day ahead would keep everybody, an
 * emergency included, from refreshing for a day. What is on record happened before now, so no window ends too early; a lease keeps its
 * length. The same object when nothing is ahead. `now`: not earlier than when the record was read, or windows would end too early.
 */
export const notInFuture = (record: RefreshRecord, now: number): RefreshRecord => {
  const ahead = Math.max(...record.attempts.map((one) => latestOf(one) - now), 0);
  if (ahead === 0) return record;
  const attempts = record.attempts.map((one) => ({
    ...one,
    startedAt: Math.min(one.startedAt, now),
    until: Math.min(one.until, one.phase === 'ended' ? now : now + one.until - one.startedAt),
  }));
  return next(record, {attempts, notBefore: Math.max(0, record.notBefore - ahead)});
};

/** The latest instant at which the clock stood, as far as an attempt tells. */
const latestOf = ({phase, startedAt, until}: RefreshAttempt): number =>
  phase === 'ended' ? Math.max(startedAt, until) : startedAt;

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
