import {limitLines} from '../../view/explain/explanation-lines.ts';
import {nothingFound} from '../../view/explain/nothing-found.ts';
import {flow} from '../../view/flow.ts';
import {formatCount, formatShare} from '../../view/format-number.ts';
import {HISTORY_LOOKS, type HistoryReader} from '../data/row-history.ts';
import type {Overlay} from '../state/dashboard-state.ts';
import type {Drawing} from './drawing.ts';
import {newest, trend} from './trend.ts';

/** One key: its last looks, then the arithmetic of `ratectl explain`. */
export const detailLines = (
  {key, tier, answer}: Extract<Overlay, {kind: 'detail'}>,
  history: HistoryReader,
  drawing: Drawing,
): readonly string[] => {
  const {style, paint, times} = drawing;
  const seen = history.trendOf({...key, ...(tier === undefined ? {} : {tier})}, HISTORY_LOOKS);
  const curves = seen === undefined ? [] : [...historyLines(seen, drawing), ''];
  if (answer === undefined) return [...curves, paint('  asking the store', 'dim')];
  if ('problem' in answer)
    return [...curves, ...flow([{text: answer.problem, role: 'bad'}], style.width, style)];
  if (answer.limits.length === 0) return [...curves, ...flow([nothingFound(answer)], style.width, style)];
  // Of the moment at which the key was explained, which is not that of the last look.
  const then = {...times, now: Date.parse(answer.store.now)};
  return [
    ...curves,
    ...answer.limits.flatMap((limit, i) => [...(i === 0 ? [] : ['']), ...limitLines(limit, then, style)]),
  ];
};

const historyLines = (
  {shares, denied}: {readonly shares: readonly number[]; readonly denied: readonly number[]},
  {style, paint}: Drawing,
): readonly string[] => {
  const room = Math.max(10, style.width - 34);
  const line = (label: string, values: readonly number[], now: string, full?: number): string =>
    `  ${paint(label.padEnd(9), 'dim')} ${trend(newest(values, room), style, full)} ${now}`;
  const most = denied.reduce((a, b) => Math.max(a, b), 0);
  return [
    line('used', shares, formatShare(shares.at(-1) ?? 0), 1),
    ...(most === 0
      ? []
      : [line('deny/min', denied, `${formatCount(denied.at(-1) ?? 0)}, most ${formatCount(most)}`)]),
  ];
};
