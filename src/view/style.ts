/** What a view must know about the terminal. Nothing in `view/` finds it out by itself. */
export interface Style {
  /** Columns. No view writes a longer line; below 40 views are laid out for 40. */
  readonly width: number;
  readonly colour: boolean;
  /** Only the characters U+0020 … U+007E: for terminals and logs that are not UTF-8. */
  readonly ascii: boolean;
}

const NARROWEST = 40;

/** The columns that a view lays itself out for. */
export const usableWidth = (style: Style): number => Math.max(NARROWEST, Math.floor(style.width));
