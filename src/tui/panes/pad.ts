import {cutText} from '../../view/cut-text.ts';
import type {Style} from '../../view/style.ts';
import {textWidth} from '../../view/text-width.ts';

/** The text in exactly so many columns: cut, or filled with spaces. No ANSI. */
export const padded = (
  text: string,
  width: number,
  style: Pick<Style, 'ascii'>,
  {align = 'left', cut = 'end'}: {readonly align?: 'left' | 'right'; readonly cut?: 'end' | 'middle'} = {},
): string => {
  const shown = cutText(text, width, style, cut);
  const space = ' '.repeat(Math.max(0, width - textWidth(shown)));
  return align === 'left' ? shown + space : space + shown;
};
