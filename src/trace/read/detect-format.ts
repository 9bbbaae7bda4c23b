import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {byteOrderMark} from '../byte-order-mark.ts';
import type {TraceFormat} from '../format.ts';
import {TRACE_FORMATS} from '../formats/registry.ts';
import {notATrace} from './not-a-trace.ts';

const SAMPLE_LINES = 50;
/** Below this share of lines understood, guessing would do more harm than asking. */
const SURE_ENOUGH = 0.2;

/** File name endings that speak for a format when the content leaves it open, by what they add to its score. */
const ENDINGS: ReadonlyMap<string, RegExp> = new Map([
  ['ndjson', /\.(ndjson|jsonl)$/i],
  ['json', /\.json$/i],
  ['csv', /\.csv$/i],
  ['tsv', /\.tsv$/i],
  ['ltsv', /\.ltsv$/i],
]);
const ENDING_SAYS_SO = 0.25;

/** The format that understands most of the first lines. A name ending that says otherwise than the content is an error. */
export const detectFormat = (name: string, sample: Buffer): TraceFormat => {
  const lines = sampleLines(sample);
  const bare = name.replace(/\.(gz|zst)$/, '');
  if (/\.(ndjson|jsonl)$/.test(bare) && lines[0]?.[0] === 0x5b /* [ */) {
    throw new RatectlError('the file begins with "[": one JSON array, not one JSON object per line', {
      code: 'trace/not-ndjson',
      hint: 'name it .json or pass --format json',
      where: {file: name, line: 1},
    });
  }
  const most = [...ENDINGS.values()].some((ending) => ending.test(bare)) ? 1 + ENDING_SAYS_SO : 1;
  let best: TraceFormat | undefined;
  let bestScore = 0;
  for (const format of TRACE_FORMATS) {
    // None of the others can be surer, and where two are equally sure the first one has the file.
    if (bestScore >= most) break;
    const score = format.detect(lines) + (ENDINGS.get(format.name)?.test(bare) ? ENDING_SAYS_SO : 0);
    if (score > bestScore) [best, bestScore] = [format, score];
  }
  if (best === undefined || bestScore < SURE_ENOUGH) {
    const other = notATrace(sample);
    const what =
      other?.what ??
      (lines.length === 0
        ? 'it begins with blank lines only'
        : `the first line is ${quoted(firstText(lines))}`);
    throw new RatectlError(`no known format: ${what}`, {
      code: 'trace/unknown-format',
      hint:
        other?.hint ?? `pass --format with one of ${TRACE_FORMATS.map((format) => format.name).join(', ')}`,
      where: {file: name, line: 1},
    });
  }
  return best;
};

const sampleLines = (sample: Buffer): readonly Uint8Array[] => {
  const lines: Uint8Array[] = [];
  let at: number = byteOrderMark(sample);
  while (at < sample.length && lines.length < SAMPLE_LINES) {
    const found = sample.indexOf(0x0a, at);
    // A line that the sample cuts off says little; unless there is no other.
    if (found < 0 && lines.length > 0 && sample.length >= SAMPLE_LINES * 64) break;
    let end = found < 0 ? sample.length : found;
    const next = end + 1;
    if (end > at && sample[end - 1] === 0x0d) end--;
    if (sample.subarray(at, end).some((byte) => byte > 0x20)) lines.push(sample.subarray(at, end));
    at = next;
  }
  return lines;
};

const firstText = (lines: readonly Uint8Array[]): string =>
  new TextDecoder().decode(lines[0]?.subarray(0, 200) ?? new Uint8Array(0));
