import {CALENDAR_UNITS, type CalendarUnit, isTimeZone} from '../../engine/calendar-grid.ts';
import type {WindowSpec} from '../../engine/policy-model.ts';
import {type Problems, typoHint} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES} from '../value-types.ts';
import {readChoice} from './read-choice.ts';
import {readDuration} from './read-duration.ts';
import type {Fields} from './read-fields.ts';

const SHORT: ReadonlyMap<string, CalendarUnit> = new Map([
  ['1m', 'minute'],
  ['1h', 'hour'],
  ['1d', 'day'],
  ['1w', 'week'],
]);

const isUnit = (text: string): text is CalendarUnit => CALENDAR_UNITS.some((unit) => unit === text);

const readUnit = (node: SourceNode, path: string, problems: Problems): CalendarUnit | undefined => {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
  if (isUnit(text)) return text;
  const unit = SHORT.get(text);
  if (unit !== undefined) return unit;
  problems.expected(
    node,
    path,
    `a calendar unit (${CALENDAR_UNITS.join(', ')})`,
    typoHint(text, CALENDAR_UNITS),
  );
  return undefined;
};

const readTimeZone = (node: SourceNode, path: string, problems: Problems): string | undefined => {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  if (text !== undefined && /^[A-Za-z]/.test(text) && isTimeZone(text)) return text;
  const hint =
    text === undefined ? undefined : typoHint(text, ['UTC', ...Intl.supportedValuesOf('timeZone')]);
  problems.expected(node, path, VALUE_TYPES.timeZone.expected, hint);
  return undefined;
};

/** A duration, for algorithms that know no calendar. */
export const readSpan = (node: SourceNode, path: string, problems: Problems): number | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'string' && isUnit(node.value)) {
    problems.expected(
      node,
      path,
      VALUE_TYPES.window.expected,
      'calendar units need algorithm: fixed-window with align: calendar',
    );
    return undefined;
  }
  return readDuration(node, path, problems);
};

/** `window`, `align` and `tz` of a fixed window. */
export const readWindow = (fields: Fields, path: string, problems: Problems): WindowSpec | undefined => {
  const alignField = fields.get('align');
  const windowField = fields.get('window');
  const zoneField = fields.get('tz');
  const align =
    alignField === undefined
      ? 'epoch'
      : readChoice(alignField.value, `${path}.align`, ['epoch', 'first-hit', 'calendar'], problems);
  if (align === undefined || windowField === undefined) return undefined;
  if (align === 'calendar') {
    const unit = readUnit(windowField.value, `${path}.window`, problems);
    const timeZone = zoneField === undefined ? 'UTC' : readTimeZone(zoneField.value, `${path}.tz`, problems);
    return unit === undefined || timeZone === undefined ? undefined : {align, unit, timeZone};
  }
  if (zoneField !== undefined) {
    problems.report(zoneField.keyAt, `${path}.tz`, 'a time zone needs align: calendar', {
      hint: 'windows on the epoch grid are the same everywhere',
    });
  }
  const length = readSpan(windowField.value, `${path}.window`, problems);
  return length === undefined ? undefined : {align, length};
};
