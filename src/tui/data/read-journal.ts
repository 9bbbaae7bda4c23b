import {floorMillis} from '../../base/micros.ts';
import {AUDIT_JOURNAL, readAuditEntry} from '../../store/audit-entry.ts';
import {EVENT_JOURNAL} from '../../store/event-journal.ts';
import type {JournalEntry, Journals} from '../../store/port.ts';
import type {JournalLine} from './look.ts';

/** Entries of each journal. */
const NEWEST = 50;

/** What happened and what was done last, the newest first. */
export const readJournal = async (store: Pick<Journals, 'latest'>): Promise<readonly JournalLine[]> => {
  const [audit, events] = await Promise.all([
    store.latest(AUDIT_JOURNAL, NEWEST),
    store.latest(EVENT_JOURNAL, NEWEST),
  ]);
  const lines = [...audit.flatMap(auditLine), ...events.flatMap(eventLine)];
  return lines.sort((a, b) => b.at - a.at).slice(0, NEWEST);
};

const auditLine = (entry: JournalEntry): readonly JournalLine[] => {
  const read = readAuditEntry(entry);
  if (read === undefined) return [];
  const {action, target, by, why} = read;
  const note = [by === '' ? '' : `by ${by}`, why].filter((part) => part !== '').join(': ');
  return [{at: floorMillis(entry.at), from: 'audit', kind: action, subject: target, note}];
};

/** Anybody who may write to the store may have written it. */
const eventLine = ({at, value}: JournalEntry): readonly JournalLine[] => {
  if (typeof value !== 'object' || value === null) return [];
  const {kind, subject, note} = value as Readonly<Record<string, unknown>>;
  const text = (member: unknown): string => (typeof member === 'string' ? member : '');
  if (text(kind) === '') return [];
  return [{at: floorMillis(at), from: 'events', kind: text(kind), subject: text(subject), note: text(note)}];
};
