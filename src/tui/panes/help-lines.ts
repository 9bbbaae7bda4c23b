import {type Binding, keysFor} from '../keys/keymap.ts';
import type {Drawing} from './drawing.ts';
import {padded} from './pad.ts';

const GROUPS = ['Look', 'Choose', 'Act', 'Move'] as const;
const KEYS = 10;

/** All keys, by what they are for; in two columns where there is room. */
export const helpLines = (access: 'read-only' | 'read-write', {style, paint}: Drawing): readonly string[] => {
  const width = style.width >= 100 ? Math.floor(style.width / 2) - 2 : style.width - 2;
  const block = (group: Binding['group']): readonly string[] => [
    paint(padded(group, width, style), 'strong'),
    ...keysFor(access)
      .filter((binding) => binding.group === group && binding.shown !== undefined)
      .map(({shown, does}) => `  ${padded(shown!, KEYS, style)}${padded(does, width - KEYS - 2, style)}`),
    ' '.repeat(width),
  ];
  const [look, choose, act, move] = GROUPS.map(block) as [
    readonly string[],
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const note =
    access === 'read-only'
      ? [paint(padded('read-only: no key changes anything here', width, style), 'dim')]
      : [];
  if (style.width < 100) return [...look, ...choose, ...act, ...move, ...note];
  const left = [...look, ...note];
  const right = [...choose, ...act, ...move];
  const lines = Math.max(left.length, right.length);
  return Array.from({length: lines}, (_, i) => `${left[i] ?? ' '.repeat(width)}  ${right[i] ?? ''}`);
};
