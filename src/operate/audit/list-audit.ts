import {toRfc3339} from '../../base/micros.ts';
import type {Journals} from '../../store/port.ts';
import type {AuditRow} from '../../view/model/audit-list.ts';
import {AUDIT_JOURNAL, readAuditEntry} from './audit-entry.ts';

/** The newest entries first, at most `count`, not older than `since` (µs of the store's clock). */
export const listAudit = async (
  store: Pick<Journals, 'latest'>,
  count: number,
  since: number,
): Promise<readonly AuditRow[]> => {
  const entries = await store.latest(AUDIT_JOURNAL, count, since);
  return entries.flatMap((entry) => {
    const read = readAuditEntry(entry);
    return read === undefined ? [] : [{at: toRfc3339(entry.at), ...read, receipt: read.receipt ?? null}];
  });
};
