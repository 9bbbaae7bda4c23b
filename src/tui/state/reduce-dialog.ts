import type {Action} from './actions.ts';
import type {Dialog} from './dialog-state.ts';
import {editLine} from './edit-line.ts';

type DialogAction = Extract<Action, {kind: 'planned' | 'changed' | 'refused' | 'key'}>;

/** A step of a change; undefined: it was left. While it is done it cannot be left. */
export function reduceDialog(dialog: Dialog, action: Exclude<DialogAction, {kind: 'key'}>): Dialog;
export function reduceDialog(dialog: Dialog, action: DialogAction): Dialog | undefined;
export function reduceDialog(dialog: Dialog, action: DialogAction): Dialog | undefined {
  switch (action.kind) {
    case 'planned':
      return planned(dialog, action.plan);
    case 'changed':
      return {...dialog, step: 'ended', lines: action.lines, role: 'good'};
    case 'refused':
      return refused(dialog, action.lines);
    case 'key':
      return keyPressed(dialog, action.name);
  }
}

const planned = (dialog: Dialog, plan: NonNullable<Dialog['plan']>): Dialog => {
  if (!plan.some) return {...dialog, plan, step: 'ended', lines: plan.lines, role: undefined};
  return {...dialog, plan, input: '', step: dialog.action === 'reset' ? 'reason' : 'confirm'};
};

/** Flags that do not hold together are mended where they were typed: nothing is lost by a slip. */
const refused = (dialog: Dialog, lines: readonly string[]): Dialog =>
  dialog.action === 'override' && dialog.step === 'planning'
    ? {...dialog, step: 'what', input: dialog.what, lines, role: 'bad'}
    : {...dialog, step: 'ended', lines, role: 'bad'};

const keyPressed = (dialog: Dialog, name: string): Dialog | undefined => {
  const {step, input} = dialog;
  if (step === 'working') return dialog;
  if (name === 'escape') return undefined;
  if (step === 'ended') return name === 'enter' || name === 'q' || name === ' ' ? undefined : dialog;
  if (step === 'planning') return dialog;
  if (name === 'enter') return entered(dialog);
  const edited = editLine(input, name);
  return edited === undefined ? dialog : {...dialog, input: edited, lines: [], role: undefined};
};

/** Text that was pasted: part of what is typed where something is, nothing elsewhere. */
export const withPasted = (dialog: Dialog, text: string): Dialog =>
  dialog.step === 'what' || dialog.step === 'reason' || dialog.step === 'confirm'
    ? {...dialog, input: dialog.input + text, lines: [], role: undefined}
    : dialog;

const entered = (dialog: Dialog): Dialog | undefined => {
  const {step, action, plan} = dialog;
  const input = dialog.input.trim();
  const next = {...dialog, input: '', lines: [], role: undefined};
  switch (step) {
    case 'what':
      if (input === '')
        return {...dialog, lines: ['what shall hold for the key? for example --block --for 1h']};
      return {...next, what: input, input: dialog.why, step: 'reason'};
    case 'reason':
      if (input === '' && (action === 'override' || plan?.reason === 'required'))
        return {...dialog, lines: ['say why in a few words: the audit journal keeps it']};
      return {...next, why: input, step: action === 'reset' ? 'confirm' : 'planning'};
    case 'confirm':
      // Nothing typed is no.
      if (input === '') return undefined;
      return {...next, typed: input, step: 'working'};
    default:
      return dialog;
  }
};
