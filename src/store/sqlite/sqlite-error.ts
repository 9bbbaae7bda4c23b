import {StoreError, type StoreErrorKind} from '../store-error.ts';

/** https://sqlite.org/rescode.html: the low byte says what, the others say where. */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

interface Meaning {
  readonly kind: StoreErrorKind;
  readonly message: string;
  readonly hint: string;
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  3: {
    kind: 'rights',
    message: 'no permission to use the file',
    hint: 'check the rights of the file and of its folder',
  },
  [BUSY]: {
    kind: 'unreachable',
    message: 'the file stayed locked by another process',
    hint: 'look for a process that hangs with the file open, then try again',
  },
  [LOCKED]: {kind: 'unreachable', message: 'a table of the file stayed locked', hint: 'try again'},
  8: {
    kind: 'rights',
    message: 'cannot write to the file',
    hint: 'the file, its folder or its file system is read-only for this user',
  },
  10: {
    kind: 'unreachable',
    message: 'reading or writing the file failed',
    hint: 'check the disk, then try again',
  },
  [CORRUPT]: {
    kind: 'wrong-database',
    message: 'the file is damaged',
    hint: 'move it away: ratectl starts a new one, and all limits start afresh',
  },
  13: {kind: 'unreachable', message: 'no space left to write the file', hint: 'free some space on its disk'},
  14: {
    kind: 'rights',
    message: 'cannot open the file',
    hint: 'check the path, and the rights of the file and of its folder',
  },
  23: {
    kind: 'rights',
    message: 'no permission to use the file',
    hint: 'check the rights of the file and of its folder',
  },
  [NOT_A_DATABASE]: {
    kind: 'wrong-database',
    message: 'the file is not a SQLite database',
    hint: 'give the path of a state file, or of one that does not exist yet',
  },
};

export const isBusy = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === BUSY || code === LOCKED;
};

/** Whether what is in the file cannot be what SQLite wrote. */
export const isDamage = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
};

/** What SQLite said, for people. Errors that are not SQLite's stay what they are. */
export const sqliteError = (error: unknown, url: string): unknown => {
  const code = codeOf(error);
  if (code === undefined) return error;
  const meaning = MEANINGS[code] ?? {
    kind: 'server' as const,
    message: `SQLite reports "${(error as Error).message}"`,
    hint: 'this should not happen: please report it',
  };
  return new StoreError(meaning.message, {...meaning, url, cause: error});
};

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
