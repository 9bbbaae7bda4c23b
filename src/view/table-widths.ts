import type {Cut} from './cut-text.ts';

export interface Column {
  readonly title: string;
  /** Default left. */
  readonly align?: 'left' | 'right';
  /** The column may be cut down to this width; without it it keeps its natural one. */
  readonly min?: number;
  /** Where cells are cut; default the end. */
  readonly cut?: Cut;
  /** Left out when space is short, the smallest number first; without it the column always stays. */
  readonly drop?: number;
  /** Cells that draw themselves at any width (bars): shrunk before text is cut. */
  readonly elastic?: true;
}

export interface SizedColumn {
  readonly index: number;
  readonly width: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Takes columns away from the widest of `which` until the total fits or all are at their least. */
const shrink = (
  widths: number[],
  least: readonly number[],
  which: readonly boolean[],
  room: number,
): void => {
  for (let over = sum(widths) - room; over > 0; over--) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++) {
      if (which[i] && widths[i]! > least[i]! && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    }
    if (widest < 0) return;
    widths[widest]!--;
  }
};

/**
 * Which columns are shown and how wide, so that a line fits into `room`. Bars shrink, and go before a text is cut; other
 * columns go, the least valuable first, before a text is cut below its `min`; then texts are cut down to that. Where even
 * this is not enough, everything is cut: a cut cell is better than a wrapped line.
 */
export const tableWidths = (
  columns: readonly Column[],
  natural: readonly number[],
  room: number,
  gap: number,
): readonly SizedColumn[] => {
  const leastOf = (index: number): number =>
    Math.min(natural[index]!, columns[index]!.min ?? natural[index]!);
  const dropOrder = columns
    .map((column, index) => ({index, drop: column.drop}))
    .filter(({drop}) => drop !== undefined);
  dropOrder.sort((a, b) => a.drop! - b.drop!);
  let shown = columns.map((_, index) => index);
  const roomFor = (): number => room - gap * (shown.length - 1);
  const isElastic = (index: number): boolean => columns[index]!.elastic === true;
  const wholeTextOf = (index: number): number => (isElastic(index) ? leastOf(index) : natural[index]!);
  for (const {index} of dropOrder) {
    if (sum(shown.map(isElastic(index) ? wholeTextOf : leastOf)) <= roomFor()) continue;
    shown = shown.filter((one) => one !== index);
  }
  const widths = shown.map((index) => natural[index]!);
  const least = shown.map(leastOf);
  shrink(widths, least, shown.map(isElastic), roomFor());
  shrink(
    widths,
    least,
    shown.map(() => true),
    roomFor(),
  );
  shrink(
    widths,
    shown.map(() => 1),
    shown.map(() => true),
    roomFor(),
  );
  return shown.map((index, at) => ({index, width: widths[at]!}));
};
