import {painter, type Role} from './colour.ts';
import {chopText} from './cut-text.ts';
import {signs} from './signs.ts';
import type {Style} from './style.ts';
import {textWidth} from './text-width.ts';
import {visible} from './visible.ts';

/** A short statement. Several stand on a line with ` · ` between them; a line breaks between them where it can. */
export interface Piece {
  readonly text: string;
  readonly role?: Role | undefined;
}

interface Word {
  readonly text: string;
  readonly width: number;
}

const wordsOf = (text: string, width: number): readonly Word[] =>
  text
    .split(' ')
    .flatMap((word) => chopText(word, width))
    .map((word) => ({text: word, width: textWidth(word)}));

/** The pieces in lines of at most `width` columns. Texts may come from outside. */
export const flow = (pieces: readonly (string | Piece)[], width: number, style: Style): readonly string[] => {
  const paint = painter(style);
  const gap = ` ${signs(style).dot} `;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const end = (): void => {
    if (used > 0) lines.push(line);
    line = '';
    used = 0;
  };
  for (const piece of pieces) {
    const {text, role}: Piece = typeof piece === 'string' ? {text: piece} : piece;
    const words = wordsOf(visible(text, style), width);
    const whole = words.reduce((sum, word) => sum + word.width + 1, -1);
    if (used > 0 && used + gap.length + Math.min(whole, width) > width) end();
    let between = used > 0 ? gap : '';
    for (const word of words) {
      if (used > 0 && used + between.length + word.width > width) {
        end();
        between = '';
      }
      line += (between === gap ? paint(between, 'dim') : between) + paint(word.text, role);
      used += between.length + word.width;
      between = ' ';
    }
  }
  end();
  return lines;
};
