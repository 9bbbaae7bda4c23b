import {signs} from './signs.ts';
import type {Style} from './style.ts';
import {type Glyph, glyphs, textWidth} from './text-width.ts';

/** Which part of a text may go: the end of a sentence, the middle of a key or a path. */
export type Cut = 'end' | 'middle';

const take = (from: readonly Glyph[], width: number): {readonly text: string; readonly count: number} => {
  let used = 0;
  let text = '';
  let count = 0;
  for (const glyph of from) {
    if (used + glyph.width > width) break;
    used += glyph.width;
    text += glyph.text;
    count++;
  }
  return {text, count};
};

const tail = (from: readonly Glyph[], width: number): string => {
  let used = 0;
  let start = from.length;
  while (start > 0 && used + from[start - 1]!.width <= width) used += from[--start]!.width;
  return from
    .slice(start)
    .map((glyph) => glyph.text)
    .join('');
};

/** The text in at most `width` columns, with `…` (`...`, or `~` where that leaves no room) for what was left out. */
export const cutText = (
  text: string,
  width: number,
  style: Pick<Style, 'ascii'>,
  cut: Cut = 'end',
): string => {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  const mark = style.ascii && width < 7 ? '~' : signs(style).ellipsis;
  const room = width - mark.length;
  const parts = glyphs(text);
  if (cut === 'end') return take(parts, room).text + mark;
  const head = take(parts, Math.ceil(room / 2));
  return head.text + mark + tail(parts.slice(head.count), Math.floor(room / 2));
};

/** The text in lines of at most `width` columns, broken anywhere: for a word longer than a line. */
export const chopText = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (let rest = glyphs(text); rest.length > 0; ) {
    const {text: line, count} = take(rest, width);
    lines.push(line);
    rest = rest.slice(Math.max(1, count));
  }
  return lines;
};
