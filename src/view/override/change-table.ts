import {type Fact, facts} from '../facts.ts';
import type {OverrideChange, OverrideEntry} from '../model/override-list.ts';
import type {Style} from '../style.ts';
import {effectText, endText} from './effect-text.ts';

/** What was set or removed for a key, or would be: for people. A `question` comes before the change it is about. */
export const overrideChangeTable = (
  change: OverrideChange,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const {action, dryRun, limit, key, override, before, store} = change;
  const none = action === 'rm' && before === null;
  const done = action === 'set' ? 'set' : 'removed';
  const list: readonly Fact[] = [
    {
      label: 'override',
      value: [
        {text: none ? 'there is none' : dryRun ? `would be ${done}` : done, role: 'strong'},
        ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
      ],
    },
    {label: 'key', value: `${limit}/${key}`},
    {label: 'holds', value: override === null ? (none ? [] : 'the policy') : entryText(override)},
    {label: 'before', value: before === null ? [] : entryText(before)},
    {label: 'why', value: override?.why ?? ''},
    {label: 'store', value: store},
  ];
  return `${facts(list, style).join('\n')}\n`;
};

const entryText = (entry: OverrideEntry): readonly string[] => [
  effectText(entry),
  entry.until === null
    ? 'until it is removed'
    : `until ${entry.until.slice(0, 10)} ${entry.until.slice(11, 19)} UTC (${endText(entry)})`,
  ...(entry.by === '' ? [] : [`by ${entry.by}`]),
];
