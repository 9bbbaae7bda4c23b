import {once} from '../base/once.ts';

/** Printable ASCII, and what we draw with: one column each. */
const SIMPLE = /^[ -~\u00b7\u2026\u2500-\u259f]*$/;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u;
const NO_WIDTH = /^[\p{M}\u1160-\u11ff]$/u;

// Wide and fullwidth blocks of Unicode's EastAsianWidth.txt, to the block: an unassigned character in one counts as wide.
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

/** Made when the first text needs it: loading its data costs more than drawing a whole report. */
const clusters = once(() => new Intl.Segmenter('en', {granularity: 'grapheme'}));

const isWide = (code: number): boolean =>
  code >= 0x1100 && WIDE.some(([first, last]) => code >= first && code <= last);

const clusterWidth = (cluster: string): number => {
  if (EMOJI.test(cluster)) return 2;
  let width = 0;
  for (const char of cluster) {
    if (!NO_WIDTH.test(char)) width += isWide(char.codePointAt(0) as number) ? 2 : 1;
  }
  return width;
};

/** What a reader sees as one character, with the columns it takes. */
export interface Glyph {
  readonly text: string;
  readonly width: number;
}

/** The text in pieces that must not be cut apart: a letter with its accents, a flag, a family of emoji. */
export const glyphs = (text: string): readonly Glyph[] =>
  SIMPLE.test(text)
    ? Array.from(text, (char) => ({text: char, width: 1}))
    : Array.from(clusters().segment(text), ({segment}) => ({text: segment, width: clusterWidth(segment)}));

/** Columns of a terminal that the text takes: 2 for wide East Asian characters and emoji, 0 for combining marks. No ANSI. */
export const textWidth = (text: string): number =>
  SIMPLE.test(text) ? text.length : glyphs(text).reduce((sum, glyph) => sum + glyph.width, 0);
