import {type Fact, facts} from '../facts.ts';
import type {DegradeChange} from '../model/degrade.ts';
import {manualText, modeRole, servedText} from '../status/control-sections.ts';
import type {Style} from '../style.ts';
import type {Times} from '../when.ts';

/** What was set or cleared, or would be: for people. A `question` comes before the change it is about. */
export const degradeChangeTable = (
  change: DegradeChange,
  times: Times,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const {action, dryRun, changed, degradation, before, why, store} = change;
  const {mode, manual} = degradation;
  const {serves, refuses} = servedText(degradation);
  const done = action === 'set' ? 'set' : 'cleared';
  const list: readonly Fact[] = [
    {
      label: 'degrade',
      value: [
        {text: changed ? (dryRun ? `would be ${done}` : done) : 'no mode is set by hand', role: 'strong'},
        ...(dryRun && use === 'answer' ? ['dry run: nothing was changed'] : []),
      ],
    },
    {
      label: 'mode',
      value: [
        {text: mode, role: modeRole(mode)},
        ...(manual === null ? ['by rule'] : [manualText(manual, times)]),
      ],
    },
    {label: 'serves', value: serves === '' ? 'nobody' : serves},
    {label: 'refuses', value: refuses === '' ? [] : [{text: refuses, role: 'bad'}]},
    {label: 'before', value: before === null ? [] : [before.mode, manualText(before, times)]},
    // What is set says why itself.
    {label: 'why', value: manual === null ? why : ''},
    {label: 'store', value: store},
  ];
  return `${facts(list, style).join('\n')}\n`;
};
