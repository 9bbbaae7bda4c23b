import {csv} from '../csv.ts';
import type {StatusKey} from '../model/status-report.ts';
import {STATUS_FIELD_NAMES, type StatusField, statusField} from './fields.ts';

/** Columns that nobody asked for by name; scripts count on their number. */
const USUAL = STATUS_FIELD_NAMES.filter((name) => name !== 'adaptive');

/** The line of titles. */
export const statusCsvHeader = (fields: readonly StatusField[] = USUAL): string => csv(fields, []);

/** A line per key, without the titles: for a stream. */
export const statusCsvRows = (keys: readonly StatusKey[], fields: readonly StatusField[] = USUAL): string =>
  csv(
    fields,
    keys.map((key) => fields.map((name) => statusField(name).value(key))),
  ).slice(statusCsvHeader(fields).length);
