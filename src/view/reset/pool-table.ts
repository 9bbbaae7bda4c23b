import {facts} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import type {PoolResetReport} from '../model/reset-report.ts';
import {nameText} from '../name-text.ts';
import type {Style} from '../style.ts';

/** What became of a pool: for people. A `question` comes before the change it is about. */
export const poolResetTable = (
  {pool, dryRun, changed, slots, waiting, holders, store, why}: PoolResetReport,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const freed = `${formatPlural(slots, 'slot')} ${dryRun ? 'would be freed' : 'freed'}`;
  const more = slots - holders.length;
  const lines = facts(
    [
      {
        label: 'pool',
        value: [
          {text: nameText(pool), role: 'strong'},
          changed ? freed : 'no slot is taken, nothing to reset',
          ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
        ],
      },
      {
        label: 'held',
        value: [
          ...holders.map(({key, since}) => `${key === '' ? '' : `${nameText(key)} `}since ${since}`),
          ...(more > 0 && holders.length > 0 ? [`${formatCount(more)} more`] : []),
        ],
      },
      {label: 'waiting', value: waiting === 0 ? [] : [`${formatCount(waiting)}, who go next`]},
      {label: 'store', value: store},
      {label: 'why', value: why},
    ],
    style,
  );
  return `${lines.join('\n')}\n`;
};
