import {ageText} from '../../base/age-text.ts';
import type {Cell, Column} from '../table.ts';
import {isoInZone, type Times} from '../when.ts';

/** A table of `status` beside that of the keys; the title of its first column says what it is about. */
export interface Section {
  readonly columns: readonly Column[];
  readonly rows: readonly SectionRow[];
  /** Under the table. */
  readonly remarks: readonly string[];
}

export interface SectionRow {
  readonly cells: readonly Cell[];
  /** Statements under the row. */
  readonly notes: readonly string[];
}

export interface SectionOptions {
  readonly detail: 'table' | 'wide';
  readonly times: Times;
}

/** `3m12s`, or the instant: behind `since`. */
export const sinceText = (at: string, {format, timeZone, now}: Times): string => {
  const ms = Date.parse(at);
  if (format === 'relative') return ageText(now - ms);
  return format === 'iso' ? isoInZone(ms, timeZone) : String(ms);
};

/** `3m12s ago`, or the instant. */
export const agoText = (at: string, times: Times): string =>
  `${sinceText(at, times)}${times.format === 'relative' ? ' ago' : ''}`;

/** `in`, or `at` where instants are written. */
export const inOrAt = ({format}: Times): 'in' | 'at' => (format === 'relative' ? 'in' : 'at');
