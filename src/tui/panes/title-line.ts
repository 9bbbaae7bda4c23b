import {cutText} from '../../view/cut-text.ts';
import {signs} from '../../view/signs.ts';
import {textWidth} from '../../view/text-width.ts';
import {visible} from '../../view/visible.ts';
import type {Drawing} from './drawing.ts';

export interface Title {
  readonly name: string;
  /** Beside the name. */
  readonly about?: string;
  /** At the right end. */
  readonly right?: string;
  /** Whether the keys of the keyboard are about this pane. */
  readonly focus?: 'here' | 'elsewhere';
}

/** `── keys · worst first ───────────── 1–12 of 1,249 ──`. */
export const titleLine = ({name, about = '', right = '', focus}: Title, drawing: Drawing): string => {
  const {style, paint} = drawing;
  const {line, dot} = signs(style);
  const {width} = style;
  const end = right === '' ? '' : ` ${right} ${line}`;
  const room = Math.max(0, width - name.length - 5 - textWidth(end));
  const more = about === '' ? '' : cutText(` ${dot} ${visible(about, style)}`, room, style);
  const fill = line.repeat(Math.max(0, width - name.length - 4 - textWidth(more) - textWidth(end)));
  const head = focus === 'here' ? paint(name, 'strong') : name;
  const lead = focus === 'here' ? `${line}${style.ascii ? '>' : '›'}` : `${line}${line}`;
  return `${paint(lead, focus === 'here' ? 'strong' : 'dim')} ${head}${paint(`${more} ${fill}${end}`, 'dim')}`;
};
