import {flow} from '../flow.ts';
import {type Style, usableWidth} from '../style.ts';
import type {Column} from '../table.ts';

/** A column of numbers; `drop` as in `Column`. */
export const right = (title: string, drop?: number): Column => ({
  title,
  align: 'right',
  ...(drop === undefined ? {} : {drop}),
});

/** One statement of a list, wrapped under itself. */
export const bullet = (text: string, style: Style): readonly string[] =>
  flow([text], usableWidth(style) - 4, style).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`);
