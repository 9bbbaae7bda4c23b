import type {RefreshAttempt} from '../engine/refresh/refresh-record.ts';
import {closeLost, markTold, untold} from '../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';
import {AUDIT_JOURNAL, type AuditEntry} from '../store/audit-entry.ts';
import {EVENT_JOURNAL, type StoredEvent} from '../store/event-journal.ts';
import type {Journals} from '../store/port.ts';
import {rulesOf} from './rules-of.ts';
import type {TokenRecords} from './token-records.ts';

/**
 * Writes into the journals what came of attempts, also of those whose process died: each at least once (twice when a process dies
 * in between, or two tell at the same time). Answers the attempts.
 */
export const tellAttempts = async (
  {spec, records}: {readonly spec: TokenProviderSpec; readonly records: TokenRecords},
  store: Pick<Journals, 'append'>,
): Promise<readonly RefreshAttempt[]> => {
  const rules = rulesOf(spec);
  const {answer: attempts} = await records.change(({record, now}) => {
    const closed = closeLost(record, rules, now);
    return {record: closed === record ? undefined : closed, answer: untold(closed)};
  });
  if (attempts.length === 0) return attempts;
  await store.append(
    AUDIT_JOURNAL,
    attempts.map((attempt) => auditEntry(attempt, spec.name)),
  );
  await store.append(
    EVENT_JOURNAL,
    attempts.map((attempt) => eventOf(attempt, spec.name)),
  );
  await records.change(({record}) => ({record: markTold(record, attempts), answer: undefined}));
  return attempts;
};

const auditEntry = (attempt: RefreshAttempt, provider: string): AuditEntry => {
  const [by = '', host = ''] = attempt.by.split('@');
  return {
    action: 'token-refresh',
    by,
    host,
    why: attempt.reason === 'due' ? 'due' : attempt.why,
    target: provider,
    keys: attempt.outcome === 'refreshed' ? 1 : 0,
    note: noteOf(attempt),
  };
};

const WORDS = {
  refreshed: 'refreshed',
  failed: 'failed',
  rejected: 'the provider refused the refresh token',
  'not-sent': 'given up before anything was sent',
  'answer-lost': 'the answer was lost',
  discarded: 'another token was there already; the answer was discarded',
} as const;

/** `attempt 17 (forced): refreshed, token 3 → 4`. */
const noteOf = ({fencing, reason, outcome, error, generation, reuse}: RefreshAttempt): string => {
  const words = outcome === undefined ? 'unknown' : WORDS[outcome];
  const which =
    outcome === 'refreshed'
      ? `, token ${generation} → ${generation + 1}`
      : ` (${error === '' ? '' : `${error}, `}token ${generation})`;
  return `attempt ${fencing} (${reason}${reuse ? ', once more with a refresh token whose answer was lost' : ''}): ${words}${which}`;
};

const eventOf = (attempt: RefreshAttempt, provider: string): StoredEvent => ({
  kind: attempt.outcome === 'refreshed' ? 'token-refreshed' : 'token-failed',
  subject: provider,
  note: noteOf(attempt),
});
