import {toRfc3339} from '../../base/micros.ts';
import {AUDIT_JOURNAL, readAuditEntry} from '../../store/audit-entry.ts';
import {EVENT_JOURNAL, type StoredEvent} from '../../store/event-journal.ts';
import type {Journals} from '../../store/port.ts';
import type {Changes} from '../../view/model/activity-report.ts';
import {type CountedRange, reportRange} from './report-range.ts';

/** As many as a journal keeps at least. */
const EVERY = 10_000;
/** Changes that are told one by one. */
const LATEST = 10;

export interface TimedEvent extends StoredEvent {
  readonly at: number;
}

/** What happened before the end of a range and after `since`, the oldest first, as far as it can be read. */
export const readEvents = async (
  store: Pick<Journals, 'latest'>,
  {from, until}: CountedRange,
): Promise<readonly TimedEvent[]> => {
  const entries = await store.latest(EVENT_JOURNAL, EVERY, from);
  return entries
    .filter(({at}) => at <= until)
    .flatMap(({at, value}) => {
      const event = eventOf(value);
      return event === undefined ? [] : [{at, ...event}];
    })
    .reverse();
};

/** Anybody who may write to the store may have written it. */
const eventOf = (value: unknown): StoredEvent | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const {kind, subject, note} = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string' || typeof subject !== 'string') return undefined;
  return {kind, subject, note: typeof note === 'string' ? note : ''};
};

/** Who changed what in a range. */
export const readChanges = async (store: Pick<Journals, 'latest'>, range: CountedRange): Promise<Changes> => {
  const entries = await store.latest(AUDIT_JOURNAL, EVERY, range.from);
  const read = entries
    .filter(({at}) => at <= range.until)
    .flatMap((entry) => {
      const change = readAuditEntry(entry);
      return change === undefined ? [] : [{at: toRfc3339(entry.at), ...change}];
    });
  const counts = new Map<string, number>();
  for (const {action} of read) counts.set(action, (counts.get(action) ?? 0) + 1);
  return {
    range: reportRange(range),
    actions: [...counts]
      .map(([action, count]) => ({action, count}))
      .sort((a, b) => b.count - a.count || (a.action < b.action ? -1 : 1)),
    // Refreshes happen by themselves, all day long.
    latest: read
      .filter(({action}) => action !== 'token-refresh')
      .slice(0, LATEST)
      .map(({at, action, target, by, why}) => ({at, action, target, by, why})),
    complete: entries.length < EVERY,
  };
};
