import type {JournalEntry} from './port.ts';

/** Name of the journal. */
export const AUDIT_JOURNAL = 'audit';

/** What the journal says about one change. */
export interface AuditEntry {
  /**
   * `reset`, `reset-started`, `undo`, `pool-reset`, `override-set`, `override-rm`, `degrade-set`, `degrade-clear`, `token-refresh`,
   * `token-put`, `token-rm`, `migrate`, …
   */
  readonly action: string;
  readonly by: string;
  readonly host: string;
  readonly why: string;
  /** The selector, the key, or the file that was undone. */
  readonly target: string;
  /** How many keys were changed. */
  readonly keys: number;
  /** Path of the receipt on `host`. */
  readonly receipt?: string;
  /** What came of it, in words. */
  readonly note?: string;
}

/** The entry as far as it can be read: anybody who may write to the store may have written it. */
export const readAuditEntry = ({value}: Pick<JournalEntry, 'value'>): AuditEntry | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const json = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof json[name] === 'string' ? (json[name] as string) : '');
  const action = text('action');
  if (action === '') return undefined;
  const {keys, receipt, note} = json;
  return {
    action,
    by: text('by'),
    host: text('host'),
    why: text('why'),
    target: text('target'),
    keys: Number.isSafeInteger(keys) && (keys as number) >= 0 ? (keys as number) : 0,
    ...(typeof receipt === 'string' ? {receipt} : {}),
    ...(typeof note === 'string' ? {note} : {}),
  };
};
