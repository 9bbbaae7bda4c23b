import {facts} from '../facts.ts';
import {formatPlural} from '../format-number.ts';
import type {BreakerResetReport} from '../model/reset-report.ts';
import {nameText} from '../name-text.ts';
import type {Style} from '../style.ts';

/** What became of a breaker: for people. A `question` comes before the change it is about. */
export const breakerResetTable = (
  {breaker, dryRun, changed, before, keys, store, why, error}: BreakerResetReport,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const done = changed ? (dryRun ? 'would be closed' : 'closed') : 'is closed, nothing to reset';
  const lines = facts(
    [
      {
        label: 'breaker',
        value: [
          {text: nameText(breaker), role: 'strong'},
          keys === null || !changed ? done : `${done} for ${formatPlural(keys, 'key')}`,
          ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
        ],
      },
      {
        label: 'before',
        value:
          keys !== null
            ? []
            : [
                `${before.state}, ${formatPlural(before.failures, 'failure')} in a row`,
                ...(before.openedAt === null ? [] : [`opened at ${before.openedAt}`]),
              ],
      },
      {
        label: 'stopped',
        value: error === null ? [] : [{text: error, role: 'bad'}, 'the same command again does the rest'],
      },
      {label: 'store', value: store},
      {label: 'why', value: why},
    ],
    style,
  );
  return `${lines.join('\n')}\n`;
};
