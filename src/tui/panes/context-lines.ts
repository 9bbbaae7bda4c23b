import {table} from '../../view/table.ts';
import type {ContextChoice} from '../state/dashboard-state.ts';
import type {Drawing} from './drawing.ts';

/** The contexts there are; `>` is at the one that Enter takes. */
export const contextLines = (
  contexts: readonly ContextChoice[],
  cursor: number,
  current: string | null,
  {style}: Drawing,
): readonly string[] =>
  table(
    [
      {title: ''},
      {title: 'context', min: 8},
      {title: 'store', min: 16, cut: 'middle'},
      {title: 'access', drop: 1},
      {title: '', drop: 2},
    ],
    contexts.map(({name, store, access}, i) => ({
      cells: [
        i === cursor ? {text: '>', role: 'strong'} : '',
        i === cursor ? {text: name, role: 'strong'} : name,
        store,
        access,
        name === current ? 'now' : '',
      ],
    })),
    style,
  );
