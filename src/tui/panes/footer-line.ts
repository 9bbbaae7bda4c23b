import {cutText} from '../../view/cut-text.ts';
import {visible} from '../../view/visible.ts';
import {keysFor} from '../keys/keymap.ts';
import type {DashboardState} from '../state/dashboard-state.ts';
import type {Drawing} from './drawing.ts';

/** The last line: a prompt, what came of the last key, else which keys there are. */
export const footerLine = (
  {
    overlay,
    message,
    look,
    filterProblem,
  }: Pick<DashboardState, 'overlay' | 'message' | 'look' | 'filterProblem'>,
  drawing: Drawing,
): string => {
  const {style, paint} = drawing;
  if (overlay?.kind === 'filter') {
    const problem = filterProblem === undefined ? '' : `  ${visible(filterProblem, style)}`;
    const room = Math.max(8, style.width - 2 - Math.min(problem.length, Math.floor(style.width / 2)));
    const text = cutText(visible(overlay.text, style), room, style, 'middle');
    const rest = style.width - 2 - text.length;
    return `${paint('/', 'strong')}${text}${caret(style.ascii)}${paint(cutText(problem, rest, style), 'bad')}`;
  }
  if (message !== undefined)
    return paint(cutText(visible(message.text, style), style.width, style), message.role);
  if (overlay?.kind === 'dialog') return '';
  if (overlay !== undefined) return hintLine(OVER[overlay.kind], drawing);
  const access = look?.readOnly === false ? 'read-write' : 'read-only';
  const hints = keysFor(access)
    .filter(({hint}) => hint !== undefined)
    .toSorted((a, b) => a.hint!.rank - b.hint!.rank);
  return hintLine(
    hints.map(({shown = '', hint}) => [shown, hint!.word]),
    drawing,
  );
};

type Hint = readonly [key: string, word: string];

const OVER: Readonly<Record<'help' | 'detail' | 'contexts', readonly Hint[]>> = {
  help: [
    ['Esc', 'back'],
    ['j/k', 'scroll'],
  ],
  detail: [
    ['Esc', 'back'],
    ['j/k', 'scroll'],
    ['y', 'copy'],
    ['t', 'times'],
  ],
  contexts: [
    ['Enter', 'look there'],
    ['j/k', 'choose'],
    ['Esc', 'back'],
  ],
};

/** As many as there is room for. */
const hintLine = (hints: readonly Hint[], {style, paint}: Drawing): string => {
  let used = 0;
  const shown = hints.filter(([key, word]) => {
    const own = key.length + word.length + 3;
    if (used + own - 2 > style.width) return false;
    used += own;
    return true;
  });
  return shown.map(([key, word]) => `${paint(key, 'strong')} ${paint(word, 'dim')}`).join('  ');
};

/** Where the next letter goes: the real cursor is hidden. */
export const caret = (ascii: boolean): string => (ascii ? '_' : '█');
