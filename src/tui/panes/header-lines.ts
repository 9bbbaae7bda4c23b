import {ageText} from '../../base/age-text.ts';
import {formatDuration} from '../../base/duration.ts';
import {cutText} from '../../view/cut-text.ts';
import {formatCount, formatPlural} from '../../view/format-number.ts';
import {STATUS_STATES} from '../../view/model/status-report.ts';
import {signs} from '../../view/signs.ts';
import {stateRole} from '../../view/status/state-role.ts';
import {textWidth} from '../../view/text-width.ts';
import {visible} from '../../view/visible.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import type {Drawing} from './drawing.ts';
import {stateSign} from './state-sign.ts';

type Facts = Pick<
  DashboardState,
  'look' | 'lost' | 'now' | 'interval' | 'paused' | 'lines' | 'context' | 'contexts'
>;

/** Where from, how often, how many are in trouble; and that what is seen is old, when it is. */
export const headerLines = (state: Facts, drawing: Drawing): readonly string[] => [
  placeLine(state, drawing),
  ...(state.lines < 10 ? [] : [countsLine(state, drawing)]),
  ...(state.lost === undefined ? [] : [lostLine(state, drawing)]),
];

const placeLine = ({look, interval, paused, context}: Facts, {style, paint, clock}: Drawing): string => {
  const gap = ` ${signs(style).dot} `;
  const pace = paused ? 'PAUSED' : `every ${formatDuration(interval * 1_000)}`;
  const right = [pace, clock].filter((part) => part !== '').join(gap);
  const name = look?.contextName ?? context ?? null;
  const access = look === undefined ? '' : look.readOnly ? 'read-only' : look.production ? 'production' : '';
  const places = [
    ...(name === null ? [] : [name]),
    ...(access === '' ? [] : [access]),
    ...(look === undefined ? [] : [look.report.store.url]),
    ...(look === undefined
      ? []
      : [look.report.policy === null ? 'no policy: keys are not judged' : look.report.policy.file]),
  ];
  const room = style.width - 'ratectl'.length - textWidth(right) - 2;
  const shown = cutText(places.map((text) => gap + visible(text, style)).join(''), room, style, 'end');
  const space = ' '.repeat(Math.max(1, style.width - 'ratectl'.length - textWidth(shown) - textWidth(right)));
  return `${paint('ratectl', 'strong')}${paint(shown, look?.production === true ? 'warn' : undefined)}${space}${paint(right, paused ? 'warn' : 'dim')}`;
};

const countsLine = ({look}: Facts, {style, paint}: Drawing): string => {
  if (look === undefined) return paint('looking', 'dim');
  const {totals, liveOverrides} = look.report;
  const found = STATUS_STATES.filter((state) => totals.states[state] > 0);
  const parts = found.map((state) => ({
    text: `${stateSign(state, style)} ${formatCount(totals.states[state])} ${state}`,
    role: stateRole(state),
  }));
  if (parts.length === 0) parts.push({text: 'no key is limited or near a limit', role: 'good'});
  const facts = [
    ...(liveOverrides > 0 ? [formatPlural(liveOverrides, 'override')] : []),
    `${formatPlural(totals.read, 'row')} in ${formatDuration(Math.round(look.tookMs) * 1_000)}`,
  ];
  let line = '';
  let used = 0;
  for (const {text, role} of parts) {
    if (used + textWidth(text) + 2 > style.width) break;
    line += `${used === 0 ? '' : '  '}${paint(text, role)}`;
    used += textWidth(text) + (used === 0 ? 0 : 2);
  }
  const right = facts.join(` ${signs(style).dot} `);
  const space = style.width - used - textWidth(right);
  return space < 3 ? line : `${line}${' '.repeat(space)}${paint(right, 'dim')}`;
};

const lostLine = ({look, lost, now}: Facts, {style, paint}: Drawing): string => {
  const {since, reason} = lost!;
  const age = ageText(Math.floor(Math.max(0, now - since) / 1_000) * 1_000);
  const what = look === undefined ? 'NO ANSWER' : `STALE for ${age}`;
  return paint(cutText(`! ${what}: ${visible(reason, style)}; trying again`, style.width, style), 'bad');
};
