import {TIME_FIELDS} from '../common-fields.ts';
import {isValue, readHeader} from './read-header.ts';
import {RowSplitter} from './row-splitter.ts';

const TIME_NAMES: ReadonlySet<string> = new Set(TIME_FIELDS.map((name) => name.toLowerCase()));

/** What names of columns are made of; log lines have quotes, brackets and slashes. */
const NAME = /^[\p{L}_@.$][\p{L}\p{N}_@.$:() -]*$/u;

/** Without a column for the time, little speaks for a table but that its rows are alike. */
const EVEN_ENOUGH = 0.8;

/** Share of the lines after the first that have as many cells as the header. Quoted line ends make a few of them differ. */
const evenShare = (lines: readonly Uint8Array[], delimiter: number, expected: number): number => {
  if (lines.length < 2) return 1;
  const splitter = new RowSplitter(delimiter, expected);
  let even = 0;
  for (const line of lines.slice(1)) {
    const count = splitter.split(line, 0, line.length);
    if (count === expected || (count > expected && splitter.surplusAt < 0)) even++;
  }
  return even / (lines.length - 1);
};

/** How sure it is that these are the lines of a table: a header that names the time, then rows of as many cells. */
export const detectTable = (lines: readonly Uint8Array[], delimiter: number): number => {
  const first = lines[0];
  if (first === undefined) return 0;
  let names: readonly string[];
  try {
    names = readHeader(first, 0, first.length, delimiter);
  } catch {
    return 0;
  }
  const share = evenShare(lines, delimiter, names.length);
  const named = names.every((name) => name === '' || NAME.test(name));
  if (names.length >= 2) {
    if (named && names.some((name) => TIME_NAMES.has(name.toLowerCase()))) return 0.7 + 0.2 * share;
    // Prose has commas too, but not as many in every line.
    if (share < EVEN_ENOUGH) return 0;
    if (named) return 0.5 * share;
    // Rows without a header: a table, of which the header error tells what it lacks.
    return names.some(isValue) && names.every((name) => !/["[\]{}]/.test(name)) ? 0.4 * share : 0;
  }
  // Another delimiter, which the header error then names.
  return /^[\p{L}\p{N}_@.$ -]+(?:;[\p{L}\p{N}_@.$ -]+)+$/u.test(names[0] ?? '') ? 0.3 : 0;
};
