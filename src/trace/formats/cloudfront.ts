import type {TraceFormat} from '../format.ts';
import {Ascii, countByte, textOf} from './ascii.ts';
import {shareOfLines} from './detect-share.ts';
import {CLOUDFRONT_COLUMNS, W3C_ATTRIBUTES} from './w3c-columns.ts';
import {W3cParser} from './w3c-parser.ts';

/** Date, time, edge location, bytes, address, method, host, stem, status: what the oldest logs had too. */
const FEWEST_TABS = 11;

const tabs = (line: Uint8Array): number => countByte(line, Ascii.tab, 0, line.length);

/** Standard logs of Amazon CloudFront: W3C lines parted by tabs, with their header or without one. */
export const cloudfrontFormat: TraceFormat = {
  name: 'cloudfront',
  title: 'Amazon CloudFront standard log',
  framing: 'lines',
  independentLines: false,
  accessLog: true,
  attributes: [...W3C_ATTRIBUTES, '*'],
  detect: (lines) => {
    const header = lines.find((line) => textOf(line, 0, line.length).startsWith('#Fields:'));
    const own = header === undefined || textOf(header, 0, header.length).includes('x-edge-location');
    const data = lines.filter((line) => line[0] !== Ascii.hash);
    return own && data.every((line) => tabs(line) >= FEWEST_TABS) ? shareOfLines(lines, cloudfrontFormat) : 0;
  },
  createParser: (options) =>
    new W3cParser(
      {separator: 'tab', columns: CLOUDFRONT_COLUMNS, timeTaken: 's', fieldCount: 'open'},
      options,
    ),
};
