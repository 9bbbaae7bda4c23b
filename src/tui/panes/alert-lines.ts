import {cutText} from '../../view/cut-text.ts';
import {flow} from '../../view/flow.ts';
import {signs} from '../../view/signs.ts';
import {textWidth} from '../../view/text-width.ts';
import {visible} from '../../view/visible.ts';
import type {Notice} from '../data/notices.ts';
import type {Drawing} from './drawing.ts';

/** What needs somebody, a line each; the last says how many are not seen. */
export const alertStrip = (
  notices: readonly Notice[],
  lines: number,
  {style, paint}: Drawing,
): readonly string[] => {
  const hidden = notices.length - lines;
  return notices.slice(0, lines).map(({text, next, role}, i) => {
    const more = hidden > 0 && i === lines - 1 ? ` (+${hidden}: Tab)` : '';
    const what = cutText(`! ${visible(text, style)}`, style.width - more.length, style);
    const room = style.width - textWidth(what) - more.length;
    const then = cutText(` ${signs(style).arrow} ${visible(next, style)}`, room, style);
    return `${paint(what, role)}${room < 12 || next === '' ? '' : paint(then, 'dim')}${paint(more, 'warn')}`;
  });
};

/** All of them, in full. */
export const alertLines = (notices: readonly Notice[], {style, paint}: Drawing): readonly string[] =>
  notices.length === 0
    ? [paint('  nothing needs anybody', 'good')]
    : notices.flatMap(({text, next, role}) => [
        ...flow([{text, role}], style.width - 4, style).map((line, i) => `${i === 0 ? '! ' : '  '}${line}`),
        ...flow(next === '' ? [] : [next], style.width - 6, style).map((line) => `    ${line}`),
      ]);
