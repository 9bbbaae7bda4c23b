import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {detectTable} from '../csv/detect-table.ts';
import {TableParser} from '../csv/table-parser.ts';
import type {TraceFormat} from '../format.ts';

/** `--delimiter` as a byte. Throws a usage error for what cannot separate cells. */
export const delimiterByte = (text: string): number => {
  const char = text === '\\t' || text === 'tab' ? '\t' : text;
  const byte = char.charCodeAt(0);
  if (char.length === 1 && byte < 0x80 && (byte === 0x09 || byte >= 0x20) && !/[\w".+-]/.test(char))
    return byte;
  throw new RatectlError(
    `--delimiter: ${quoted(text)} cannot separate cells: expected one character such as ";"`,
    {code: 'usage/delimiter'},
  );
};

const table = (name: string, title: string, delimiter: string): TraceFormat => ({
  name,
  title,
  framing: 'csv',
  independentLines: false,
  accessLog: false,
  attributes: ['*'],
  detect: (lines) => detectTable(lines, delimiterByte(delimiter)),
  createParser: (options) => new TableParser(options, delimiterByte(options.delimiter ?? delimiter)),
});

/** Tables with a header: `csv`, and `tsv` with tabs. */
export const tableFormats: readonly TraceFormat[] = [
  table('csv', 'table with commas (CSV), the first line names the columns', ','),
  table('tsv', 'table with tabs (TSV), the first line names the columns', '\t'),
];
