import {cutText} from '../../view/cut-text.ts';
import {sinceText} from '../../view/status/section.ts';
import {textWidth} from '../../view/text-width.ts';
import {visible} from '../../view/visible.ts';
import {isoInZone} from '../../view/when.ts';
import type {JournalLine} from '../data/look.ts';
import type {Drawing} from './drawing.ts';
import {padded} from './pad.ts';

const LONGEST_KIND = 18;

/** What happened and what was done, the newest first. What a person did is marked with a word. */
export const eventLines = (
  journal: readonly JournalLine[],
  most: number,
  {style, paint, times}: Drawing,
): readonly string[] => {
  const shown = journal.slice(0, most);
  const whens = shown.map(({at}) =>
    times.format === 'raw'
      ? String(at)
      : times.format === 'iso'
        ? isoInZone(at, times.timeZone)
        : `${sinceText(new Date(at).toISOString(), times)} ago`,
  );
  const when = whens.reduce((most, text) => Math.max(most, text.length), 4);
  const kind = shown.reduce((most, one) => Math.max(most, Math.min(LONGEST_KIND, one.kind.length)), 4);
  return shown.map(({from, kind: what, subject, note}, i) => {
    const head = `  ${padded(whens[i]!, when, style, {align: 'right'})}  `;
    const name = padded(visible(what, style), kind, style);
    const room = style.width - textWidth(head) - kind - 2;
    const rest = [visible(subject, style), visible(note, style)].filter((text) => text !== '').join(' ');
    return `${paint(head, 'dim')}${paint(name, roleOf(from, what))}  ${cutText(rest, room, style)}`;
  });
};

const roleOf = (from: JournalLine['from'], kind: string): 'bad' | 'warn' | 'strong' | undefined => {
  if (from === 'audit') return 'strong';
  if (/fail|opened|lost|dead|reauthorise/.test(kind)) return 'bad';
  return undefined;
};
