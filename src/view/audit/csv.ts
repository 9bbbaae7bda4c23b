import {csv} from '../csv.ts';
import type {AuditList} from '../model/audit-list.ts';

const HEADER = ['at', 'action', 'by', 'host', 'target', 'keys', 'why', 'receipt', 'note'];

export const auditCsv = ({entries}: AuditList): string =>
  csv(
    HEADER,
    entries.map(({at, action, by, host, target, keys, why, receipt, note}) => [
      at,
      action,
      by,
      host,
      target,
      keys,
      why,
      receipt ?? undefined,
      note ?? undefined,
    ]),
  );
