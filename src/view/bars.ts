import type {Style} from './style.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A horizontal bar for `share` (0 … 1) of `width` columns. Anything above 0 is seen, and only 1 is full:
 * the bar never says "none" or "all" when that is not so.
 */
export const bar = (share: number, width: number, style: Pick<Style, 'ascii'>): string => {
  if (!(share > 0) || width <= 0) return '';
  const steps = style.ascii ? width : width * 8;
  const filled =
    share >= 1 ? steps : Math.min(Math.max(1, steps - 1), Math.max(1, Math.round(share * steps)));
  return style.ascii ? '#'.repeat(filled) : '█'.repeat(Math.floor(filled / 8)) + EIGHTHS[filled % 8];
};
