import type {AuditEntry} from '../store/audit-entry.ts';
import type {Journals} from '../store/port.ts';
import {recordAudit} from '../store/record-audit.ts';
import type {CliContext} from './context.ts';
import {tell} from './notes.ts';
import type {OutputFlags} from './options/output.ts';

/** Writes down what was changed. The change is made by then: that the journal could not be told is worth a note, and no failure. */
export const tellJournal = async (
  store: Pick<Journals, 'append'>,
  entry: AuditEntry,
  flags: Pick<OutputFlags, 'quiet'>,
  context: CliContext,
): Promise<void> => {
  try {
    await recordAudit(store, entry);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await tell([`the audit journal was not told: ${message}`], flags, context);
  }
};
