import type {TraceFormat} from '../format.ts';
import {bytesOf, startsWithAt} from './ascii.ts';
import {shareOfLines} from './detect-share.ts';
import {W3C_ATTRIBUTES} from './w3c-columns.ts';
import {W3cParser} from './w3c-parser.ts';

const FIELDS = bytesOf('#Fields:');

/** W3C extended logs, as IIS writes them. */
export const w3cFormat: TraceFormat = {
  name: 'w3c',
  title: 'W3C extended log (IIS)',
  framing: 'lines',
  independentLines: false,
  accessLog: true,
  attributes: [...W3C_ATTRIBUTES, '*'],
  detect: (lines) => {
    const header = lines.some((line) => startsWithAt(line, 0, line.length, FIELDS));
    // Before CloudFront's own columns: its files also begin with `#Fields:`, and it answers with 1.
    return header ? 0.95 * shareOfLines(lines, w3cFormat) : 0;
  },
  createParser: (options) =>
    new W3cParser({separator: 'any', columns: undefined, timeTaken: 'ms', fieldCount: 'exact'}, options),
};
