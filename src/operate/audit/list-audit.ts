import {toRfc3339} from '../../base/micros.ts';
import {AUDIT_JOURNAL, type AuditEntry, readAuditEntry} from '../../store/audit-entry.ts';
import type {Journals} from '../../store/port.ts';
import type {AuditRow} from '../../view/model/audit-list.ts';

export interface AuditQuery {
  /** Entries in the answer; Infinity: all that match. */
  readonly count: number;
  /** Not older, µs of the store's clock. */
  readonly since: number;
  /** The action, or all that begin so and go on with `-`: `token` is `token-put`, too. Undefined: all. */
  readonly action?: string | undefined;
  /** Part of the target. Undefined: any. */
  readonly target?: string | undefined;
}

/** More than any store keeps. */
const ALL = 1_000_000;

/** The newest entries first. */
export const listAudit = async (
  store: Pick<Journals, 'latest'>,
  query: AuditQuery,
): Promise<readonly AuditRow[]> => {
  const {count, since, action, target} = query;
  const filtered = action !== undefined || target !== undefined;
  const entries = await store.latest(AUDIT_JOURNAL, filtered ? ALL : Math.min(count, ALL), since);
  const rows = entries.flatMap((entry) => {
    const read = readAuditEntry(entry);
    return read === undefined || !matches(read, query)
      ? []
      : [{at: toRfc3339(entry.at), ...read, receipt: read.receipt ?? null, note: read.note ?? null}];
  });
  return rows.slice(0, Math.min(count, rows.length));
};

const matches = (entry: AuditEntry, {action, target}: AuditQuery): boolean =>
  (action === undefined || entry.action === action || entry.action.startsWith(`${action}-`)) &&
  (target === undefined || entry.target.includes(target));
