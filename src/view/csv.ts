import {logSafe} from './log-safe.ts';

/** Text and numbers; a number is never guarded, so that it stays one. */
export type CsvValue = string | number | undefined;

// Spreadsheets run a cell that starts like a formula (CWE-1236), full-width signs included. The apostrophe marks it as text there.
const FORMULA = /^[=+\-@＝＋－＠]/;

const cell = (value: CsvValue): string => {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = logSafe(value);
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

/**
 * RFC 4180: comma, CRLF, quotes doubled. Control characters are written `\u000a`, so a record is always one line; a text that
 * starts with `= + - @` gets a leading apostrophe. For the exact text take JSON.
 */
export const csv = (header: readonly string[], rows: readonly (readonly CsvValue[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
