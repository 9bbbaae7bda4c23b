import type {Paint} from '../../view/colour.ts';
import type {Style} from '../../view/style.ts';
import type {Times} from '../../view/when.ts';

/** What every pane has to know beside what it shows. */
export interface Drawing {
  readonly style: Style;
  readonly paint: Paint;
  /** Instants are counted from the store's clock at the last look. */
  readonly times: Times;
  /** The store's clock at the last look, `12:00:00Z`; empty before it. */
  readonly clock: string;
}

/** For a part of the screen. */
export const narrowed = (drawing: Drawing, width: number): Drawing => ({
  ...drawing,
  style: {...drawing.style, width},
});
