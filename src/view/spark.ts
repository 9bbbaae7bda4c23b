import type {Style} from './style.ts';

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MARKS = [' ', '.', ':', '#'];

/**
 * Values as columns of `height` rows, top row first, each row as long as `values`. The largest fills its column; zero is
 * blank; anything above zero is seen.
 */
export const spark = (
  values: readonly number[],
  height: number,
  style: Pick<Style, 'ascii'>,
): readonly string[] => {
  const levels = style.ascii ? MARKS : BLOCKS;
  const full = levels.length - 1;
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  const steps = values.map((value) =>
    value > 0 ? Math.max(1, Math.round((value / peak) * height * full)) : 0,
  );
  return Array.from({length: height}, (_, row) => {
    const below = (height - 1 - row) * full;
    return steps.map((step) => levels[Math.min(full, Math.max(0, step - below))]).join('');
  });
};
