import {parseDuration} from '../../base/duration.ts';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';
import {requireKnownAction} from '../../operate/audit/audit-actions.ts';
import {listAudit} from '../../operate/audit/list-audit.ts';
import {auditCsv} from '../../view/audit/csv.ts';
import {auditTable} from '../../view/audit/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {withTarget} from '../with-target.ts';
import type {AuditFlags} from './audit.ts';

export const runAudit = async (flags: AuditFlags, context: CliContext): Promise<void> => {
  const span = parseDuration(flags.since);
  if (span === undefined)
    throw new RatectlError(`--since: expected a duration such as "1h" or "7d", got ${quoted(flags.since)}`, {
      code: 'usage/since',
    });
  await withTarget(flags, context, 'read', async ({store, redactedUrl, contextName, warnings}) => {
    const {now} = await store.facts();
    const {limit, action, target} = flags;
    const entries = await listAudit(store, {
      count: limit === 0 ? Number.POSITIVE_INFINITY : limit,
      since: Math.max(0, now - span),
      action,
      target,
    });
    // An action that another version wrote is found, too.
    if (entries.length === 0 && action !== undefined) requireKnownAction(action);
    await warn(warnings, flags, context);
    if (entries.length === 0 && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    const list = {store: redactedUrl, entries};
    const {out} = context.streams;
    const format = outputFormat(flags);
    switch (format) {
      case 'json': {
        const answer = envelope('audit', list, warnings, context, contextName);
        return out.write(`${safeJson(answer, 2)}\n`);
      }
      case 'jsonl':
        return out.write(entries.map((entry) => `${safeJson(entry)}\n`).join(''));
      case 'csv':
        return out.write(auditCsv(list));
      default:
        return out.write(auditTable(list, format === 'wide' ? 'wide' : 'table', styleOf(flags, context)));
    }
  });
};
