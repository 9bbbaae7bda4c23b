import {cutText} from '../../view/cut-text.ts';
import {type Fact, facts} from '../../view/facts.ts';
import {flow} from '../../view/flow.ts';
import {formatCount} from '../../view/format-number.ts';
import {visible} from '../../view/visible.ts';
import type {Dialog} from '../state/dialog-state.ts';
import type {Drawing} from './drawing.ts';
import {caret} from './footer-line.ts';

/** A change, step by step: what it is about, what it would do, the question. */
export const dialogLines = (dialog: Dialog, drawing: Drawing): readonly string[] => {
  const {style, paint} = drawing;
  const {action, step, plan, lines, role, what, why} = dialog;
  const said = lines.flatMap((line) =>
    flow([{text: line, role: role ?? (step === 'ended' ? undefined : 'warn')}], style.width - 2, style),
  );
  if (step === 'ended')
    return [
      ...(dialog.role === 'good' || dialog.role === undefined ? lines : said),
      '',
      paint('Enter: back', 'dim'),
    ];
  return [
    ...(plan === undefined
      ? facts([...keyFacts(dialog), {label: 'set', value: what}, {label: 'why', value: why}], style)
      : plan.lines),
    // The dry run of an override says why; that of a reset came before anybody was asked.
    ...(plan === undefined || action === 'override' || why === ''
      ? []
      : ['', ...facts([{label: 'why', value: why}], style)]),
    '',
    ...questionLines(dialog, drawing),
    ...said,
    '',
    paint(step === 'working' ? 'please wait' : 'Enter: go on   Esc: leave, nothing is changed', 'dim'),
  ];
};

const SHOWN_KEYS = 10;

const keyFacts = ({keys}: Dialog): readonly Fact[] => {
  const more = keys.length - SHOWN_KEYS;
  const names = keys.slice(0, SHOWN_KEYS).map(({limit, key}) => `${limit}/${key}`);
  return [
    {
      label: keys.length === 1 ? 'key' : 'keys',
      value: [...names, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])],
    },
  ];
};

const questionLines = (dialog: Dialog, {style, paint}: Drawing): readonly string[] => {
  const {step, input, plan} = dialog;
  const prompt = (question: string): readonly string[] => [
    ...flow([{text: question, role: 'strong'}], style.width, style),
    `> ${cutText(visible(input, style), style.width - 4, style, 'middle')}${caret(style.ascii)}`,
  ];
  switch (step) {
    case 'planning':
      return [paint('looking what it would do (dry run)', 'dim')];
    case 'working':
      return [paint('doing it', 'strong')];
    case 'what':
      return prompt(
        'what shall hold for this key? flags of "ratectl override set", such as --block --for 1h, --exempt --for 30m, --rate 100/s --for 1h',
      );
    case 'reason':
      return prompt(
        `why?${plan?.reason === 'optional' ? ' (may be left empty)' : ''} The audit journal keeps it`,
      );
    case 'confirm':
      return prompt(plan?.question ?? '');
    case 'ended':
      return [];
  }
};
