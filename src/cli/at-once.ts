import {VERSION} from './version.ts';

/** Set by the build: what `ratectl --help` prints, by the width of the terminal. Sources that run unbuilt have none. */
declare const RATECTL_OVERVIEWS: Readonly<Record<number, string>> | undefined;

const VERSION_FLAGS = new Set(['--version', '-V']);
const OVERVIEW_WORDS = new Set([undefined, '--help', '-h', 'help']);

/** The text that answers these words without the command tree, which takes longer to load than to print; undefined for all others. */
export const atOnce = (argv: readonly string[], columns: () => number): string | undefined => {
  const [first] = argv;
  // Commander answers at the first of them, whatever follows.
  if (first !== undefined && VERSION_FLAGS.has(first)) return `${VERSION}\n`;
  if (argv.length > 1 || !OVERVIEW_WORDS.has(first) || typeof RATECTL_OVERVIEWS === 'undefined')
    return undefined;
  return RATECTL_OVERVIEWS[helpWidth(columns())];
};

/** Columns that help takes of a terminal: lines any longer are hard to read. */
export const helpWidth = (columns: number): number => Math.min(columns, 100);
