import type {StatusKey} from '../model/status-report.ts';
import type {StatusField} from './fields.ts';

/** A key with nothing but these of its facts: for JSON. All of them when none are named. */
export const pickFields = (key: StatusKey, fields: readonly StatusField[] | undefined): Partial<StatusKey> =>
  fields === undefined
    ? key
    : Object.fromEntries(fields.flatMap((name) => (key[name] === undefined ? [] : [[name, key[name]]])));
