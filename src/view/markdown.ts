import {visible} from './visible.ts';

const LONGEST = 200;

const excerpt = (text: string): string => {
  const safe = visible(text, {ascii: false});
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST / 2)}…${safe.slice(-LONGEST / 2)}`;
};

/** Our words with something of the user's in them: shown as written, in a table too. */
export const mdText = (text: string): string => excerpt(text).replace(/[\\`*_{}[\]<>|~&$@]/g, '\\$&');

/**
 * Text from outside as code, where no markup, mention or link is seen. A code span cannot hold every text (a backslash before
 * `|` in a table, a backtick): such a one becomes `<code>` with all its signs as entities.
 */
export const mdCode = (text: string): string => {
  const shown = excerpt(text);
  if (shown !== '' && shown.trim() === shown && !/[`|\\]/.test(shown)) return `\`${shown}\``;
  return `<code>${shown.replace(/[ -/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
};

export interface MdColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table of GitHub's Markdown; cells are Markdown already. */
export const mdTable = (columns: readonly MdColumn[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = columns.map((column) => (column.align === 'right' ? '--:' : '---'));
  return [columns.map((column) => column.title), rule, ...rows].map(line).join('');
};
