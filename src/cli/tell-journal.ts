import type {AuditEntry} from '../store/audit-entry.ts';
import type {Journals} from '../store/port.ts';
import {recordAudit} from '../store/record-audit.ts';
import type {CliContext} from './context.ts';
import {tell} from './notes.ts';
import type {OutputFlags} from './options/output.ts';

/**
 * Writes down what was changed. The change is made by then: that the journal could not be told is worth a note, and no failure. Answers
 * such notes, for the JSON answer.
 */
export const tellJournal = async (
  store: Pick<Journals, 'append'>,
  entry: AuditEntry,
  flags: Pick<OutputFlags, 'quiet'>,
  context: CliContext,
): Promise<readonly string[]> => {
  try {
    await recordAudit(store, entry);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const notes = [`the audit journal was not told: ${message}`];
    await tell(notes, flags, context);
    return notes;
  }
};
