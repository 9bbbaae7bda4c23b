import {formatCount, formatPlural} from '../../view/format-number.ts';
import {STATUS_STATES, type StatusKey} from '../../view/model/status-report.ts';
import {nameText} from '../../view/name-text.ts';
import {STATUS_FIELDS} from '../../view/status/fields.ts';
import {visible} from '../../view/visible.ts';
import {noticesOf} from '../data/notices.ts';
import type {HistoryReader} from '../data/row-history.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import {contextLines} from './context-lines.ts';
import {detailLines} from './detail-lines.ts';
import {dialogLines} from './dialog-lines.ts';
import type {Drawing} from './drawing.ts';
import {helpLines} from './help-lines.ts';

/** Keys that are read out. */
const KEYS = 5;

/** What a screen reader reads: what changed is in the first lines. */
export const spokenLines = (state: DashboardState, drawing: Drawing): readonly string[] => {
  const {look, lost, overlay, message, paused} = state;
  const head = [
    ...(lost === undefined ? [] : [`Stale. ${visible(lost.reason, drawing.style)}.`]),
    ...(message === undefined ? [] : [`${visible(message.text, drawing.style)}.`]),
    ...(paused ? ['Paused.'] : []),
  ];
  if (overlay?.kind === 'help')
    return [...head, ...helpLines(look?.readOnly === false ? 'read-write' : 'read-only', drawing)];
  if (overlay?.kind === 'dialog') return [...head, ...dialogLines(overlay.dialog, drawing)];
  if (overlay?.kind === 'detail')
    return [
      ...head,
      `${overlay.key.limit}/${visible(overlay.key.key, drawing.style)}`,
      ...detailLines(overlay, NO_CURVES, drawing),
    ];
  if (overlay?.kind === 'contexts')
    return [...head, ...contextLines(state.contexts, overlay.cursor, state.context ?? null, drawing)];
  if (overlay?.kind === 'filter') return [...head, `Filter: ${visible(overlay.text, drawing.style)}`];
  if (look === undefined) return [...head, 'Looking at the store.'];
  const {totals, alerts} = look.report;
  const counts = STATUS_STATES.filter((one) => totals.states[one] > 0).map(
    (one) => `${formatCount(totals.states[one])} ${one}`,
  );
  const first = Math.max(0, Math.min(state.cursor, state.rows.length - KEYS));
  return [
    ...head,
    `${alerts.length === 0 ? 'No alert' : formatPlural(alerts.length, 'alert')}. ${counts.length === 0 ? 'No key is limited or near a limit' : counts.join(', ')}.`,
    ...noticesOf(look).map(({text, next, role}) => {
      const kind = role === 'bad' ? 'Alert' : 'Warning';
      return `${kind}: ${visible(text, drawing.style)}.${next === '' ? '' : ` ${visible(next, drawing.style)}.`}`;
    }),
    ...state.rows
      .slice(first, first + KEYS)
      .map((row, i) => `${first + i === state.cursor ? 'Chosen: ' : ''}${sentence(row, drawing)}`),
    `Row ${formatCount(state.rows.length === 0 ? 0 : state.cursor + 1)} of ${formatCount(state.rows.length)}. Question mark: help.`,
  ];
};

const sentence = (row: StatusKey, {style, times}: Drawing): string => {
  const lifts = STATUS_FIELDS.retryAfterMs.cell(row, times);
  return [
    `${visible(row.limit, style)}/${visible(nameText(row.key), style)}${row.tier === undefined ? '' : `, tier ${visible(row.tier, style)}`}: ${row.state}`,
    ...(row.remaining === undefined
      ? []
      : [`${formatCount(row.remaining)} of ${formatCount(row.capacity ?? 0)} left`]),
    ...(lifts === '' || lifts === 'now'
      ? []
      : [`lifts ${times.format === 'relative' ? 'in' : 'at'} ${lifts}`]),
    ...(row.deniedLastMinute === 0 ? [] : [`${formatCount(row.deniedLastMinute)} denied in the last minute`]),
  ]
    .join(', ')
    .concat('.');
};

/** Curves cannot be read out. */
const NO_CURVES: HistoryReader = {trendOf: () => undefined};
