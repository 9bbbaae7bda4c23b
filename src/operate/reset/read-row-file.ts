import {closeSync, openSync, readSync} from 'node:fs';
import {readReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {addressId, type ChangeLine, type EndLine, type RowLine, readRowLine} from './row-change-line.ts';
import {PLAN_SCHEMA, RECEIPT_SCHEMA, type RowFileHeader, readRowFileHeader} from './row-file-header.ts';

const CHUNK = 1 << 18;
/** A key of 64 KiB with every character escaped is below 1 MiB; the rest is for sliding logs. */
const LONGEST_LINE = 1 << 26;

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
    const value = parsed(text);
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
        const line: RowLine | undefined = number === 1 ? undefined : readRowLine(parsed(text));
        if (line?.kind !== 'change') continue;
        const holding = holds.size === 0 ? undefined : holds.get(addressId(line.address));
        if (holding === undefined || holding === number) yield line;
      }
    },
  };
};

interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** Whether a line feed follows. */
  readonly ended: boolean;
}

function* linesOf(path: string, absolute: string): Generator<Line> {
  const fd = open(path, absolute);
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest: Buffer[] = [];
    let restSize = 0;
    let number = 0;
    for (;;) {
      const size = read(path, fd, chunk);
      if (size === 0) break;
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0 && at < size; at = chunk.indexOf(10, from)) {
        rest.push(chunk.subarray(from, at));
        yield {number: ++number, text: Buffer.concat(rest).toString('utf8'), ended: true};
        rest = [];
        restSize = 0;
        from = at + 1;
      }
      if (from < size) rest.push(Buffer.from(chunk.subarray(from, size)));
      restSize += size - from;
      if (restSize > LONGEST_LINE) throw badLine(path, number + 1, '', 'a line of more than 64 MiB');
    }
    if (restSize > 0) yield {number: number + 1, text: Buffer.concat(rest).toString('utf8'), ended: false};
  } finally {
    closeSync(fd);
  }
}

const open = (path: string, absolute: string): number => {
  try {
    return openSync(absolute, 'r');
  } catch (error) {
    throw cannotRead(path, error);
  }
};

const read = (path: string, fd: number, into: Buffer): number => {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch (error) {
    throw cannotRead(path, error);
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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

const badLine = (
  path: string,
  line: number,
  text: string,
  reason = 'not a line of such a file',
): RatectlError =>
  new RatectlError(`${reason}: ${quoted(text)}`, {
    code: 'reset/bad-file',
    where: {file: path, line},
    hint: 'the file was changed after it was written; nothing was done',
  });

const cannotRead = (path: string, error: unknown): RatectlError =>
  new RatectlError(`cannot read ${quoted(path, 200)}: ${readReason(error)}`, {
    code: 'io/cannot-read',
    hint: 'check the path; receipts are in .ratectl/receipts unless --receipt said otherwise',
    cause: error,
  });
