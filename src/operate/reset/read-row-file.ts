import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {badLine, linesOf, parsedLine} from './file-lines.ts';
import {addressId, type ChangeLine, type EndLine, type RowLine, readRowLine} from './row-change-line.ts';
import {PLAN_SCHEMA, RECEIPT_SCHEMA, type RowFileHeader, readRowFileHeader} from './row-file-header.ts';

/** A receipt or plan that was looked through: its lines are right. Rows are read from the disk each time they are asked for. */
export interface ReadRowFile {
  readonly header: RowFileHeader;
  /** Rows that were changed, or are to be: each once. */
  readonly rows: number;
  /** Undefined when the run that wrote the file was cut short. */
  readonly end: EndLine | undefined;
  /** Whether half a line was left out at the end. */
  readonly tail: 'whole' | 'cut';
  /** The line that holds for each row, in the order of the file. */
  changes(): Generator<ChangeLine>;
}

/**
 * Reads a receipt or plan. Half a line at the end, which a killed run leaves behind, is left out; anything else that is not a
 * line is a RatectlError with file and line (exit 2).
 */
export const readRowFile = (
  path: string,
  absolute: string,
  expected: typeof RECEIPT_SCHEMA | typeof PLAN_SCHEMA,
): ReadRowFile => {
  let header: RowFileHeader | undefined;
  let end: EndLine | undefined;
  let rows = 0;
  let tail: 'whole' | 'cut' = 'whole';
  /** By row: the line that holds, where there are several. Few: those that changed while they were reset. */
  const holds = new Map<string, number>();
  for (const {number, text, ended} of linesOf(path, absolute)) {
    const value = parsedLine(text);
    if (number === 1) {
      header = headerOf(value, path, expected);
      continue;
    }
    const line = readRowLine(value);
    if (line === undefined) {
      if (!ended) {
        tail = 'cut';
        continue;
      }
      throw badLine(path, number, text);
    }
    if (end !== undefined) throw badLine(path, number, text, 'a line behind the last one');
    end = line.kind === 'end' ? line : undefined;
    if (line.kind === 'change' && line.turn === 'first') rows++;
    else if (line.kind !== 'end') holds.set(addressId(line.address), number);
    if (line.kind === 'kept') rows--;
  }
  if (header === undefined) throw notOurs(path, expected, 'it is empty');
  return {
    header,
    rows: Math.max(0, rows),
    end,
    tail,
    *changes() {
      for (const {number, text} of linesOf(path, absolute)) {
        const line: RowLine | undefined = number === 1 ? undefined : readRowLine(parsedLine(text));
        if (line?.kind !== 'change') continue;
        const holding = holds.size === 0 ? undefined : holds.get(addressId(line.address));
        if (holding === undefined || holding === number) yield line;
      }
    },
  };
};

const headerOf = (value: unknown, path: string, expected: string): RowFileHeader => {
  const header = readRowFileHeader(value);
  if (header === undefined) throw notOurs(path, expected, 'its first line is no header');
  if (header.schema === expected) return header;
  const found = header.schema === PLAN_SCHEMA ? 'a plan' : 'a receipt';
  throw notOurs(path, expected, `it is ${found}`);
};

const notOurs = (path: string, expected: string, reason: string): RatectlError => {
  const receipt = expected === RECEIPT_SCHEMA;
  return new RatectlError(`${quoted(path, 200)} is not a ${receipt ? 'receipt' : 'plan'}: ${reason}`, {
    code: 'reset/bad-file',
    hint: receipt
      ? 'receipts are what reset writes, by default into .ratectl/receipts; a plan is applied with --plan'
      : 'plans are what reset --plan-out writes; a receipt is undone with --undo',
  });
};
