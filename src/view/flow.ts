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

/** The pieces in lines of at most `width` columns. Texts may come from outside. */
export const flow = (pieces: readonly (string | Piece)[], width: number, style: Style): readonly string[] => {
  const paint = painter(style);
  const gap = ` ${signs(style).dot} `;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  /** Words of one piece, painted together. */
  let run = '';
  const endRun = (role?: Role): void => {
    line += paint(run, role);
    run = '';
  };
  const endLine = (role?: Role): void => {
    endRun(role);
    if (used > 0) lines.push(line);
    line = '';
    used = 0;
  };
  for (const piece of pieces) {
    const {text, role}: Piece = typeof piece === 'string' ? {text: piece} : piece;
    const shown = visible(text, style);
    const words = shown.split(' ').flatMap((one) => chopText(one, width));
    if (words.length === 0) continue;
    const whole = Math.min(textWidth(shown), width);
    if (used > 0 && used + gap.length + whole > width) endLine();
    if (used > 0) {
      line += paint(gap, 'dim');
      used += gap.length;
    }
    for (const word of words) {
      const space = run === '' ? 0 : 1;
      const wide = textWidth(word);
      if (used + space + wide > width) endLine(role);
      run += (run === '' ? '' : ' ') + word;
      used += (run === word ? 0 : 1) + wide;
    }
    endRun(role);
  }
  endLine();
  return lines;
};
