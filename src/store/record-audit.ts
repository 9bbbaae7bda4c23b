import {AUDIT_JOURNAL, type AuditEntry} from './audit-entry.ts';
import type {Journals} from './port.ts';

/** Writes down what was changed, by whom and why. */
export const recordAudit = async (store: Pick<Journals, 'append'>, entry: AuditEntry): Promise<void> => {
  await store.append(AUDIT_JOURNAL, [entry]);
};
