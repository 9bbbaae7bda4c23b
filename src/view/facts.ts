import {painter} from './colour.ts';
import {flow, type Piece} from './flow.ts';
import {type Style, usableWidth} from './style.ts';
import {textWidth} from './text-width.ts';

export interface Fact {
  /** Ours, never from outside; short. */
  readonly label: string;
  /** One or several statements, which may come from outside; none leaves the line out. */
  readonly value: string | readonly (string | Piece)[];
}

/** Lines `  label  value`, values aligned and wrapped under themselves. `labels` makes several blocks align with each other. */
export const facts = (list: readonly Fact[], style: Style, labels = 0): readonly string[] => {
  const paint = painter(style);
  const shown = list.filter((fact) => fact.value.length > 0);
  const label = Math.max(labels, ...shown.map((fact) => textWidth(fact.label)));
  const room = usableWidth(style) - label - 4;
  return shown.flatMap((fact) => {
    const pieces = typeof fact.value === 'string' ? [fact.value] : fact.value;
    return flow(pieces, room, style).map((line, at) => {
      const name = at === 0 ? fact.label : '';
      return `  ${paint(name, 'dim')}${' '.repeat(label - textWidth(name))}  ${line}`;
    });
  });
};
