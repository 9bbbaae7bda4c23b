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
  const gone = new Set<string>();
  for (const {number, text, ended} of linesOf(path, absolute)) {
    const value = parsedLine(text);
    if (number === 1) {
      header = headerOf(value, path, expected);
      continue;
    }
    const line = readRowLine(value);
    if (line !== undefined && expected === PLAN_SCHEMA && !isPlanned(line))
      throw badLine(path, number, text, 'a plan only takes rows away');
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
    if (line.kind === 'kept' && line.why === 'gone') gone.add(addressId(line.address));
  }
  if (header === undefined) throw notOurs(path, expected, 'it is empty');
  if (gone.size > 0) for (const [id, number] of takenBefore(path, absolute, gone)) holds.set(id, number);
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

/** A plan resets: what it says is to take the place of a row is nothing. */
const isPlanned = (line: RowLine): boolean =>
  line.kind === 'end' || (line.kind === 'change' && line.before !== undefined && line.after === undefined);

/**
 * A listing may name a row twice, and a run that has changed it then finds it gone. Of the rows that were found gone, those that this
 * run itself has changed, each with the line that says how.
 */
const takenBefore = (
  path: string,
  absolute: string,
  gone: ReadonlySet<string>,
): ReadonlyMap<string, number> => {
  const taken = new Map<string, {looks: number; number: number}>();
  for (const {number, text} of linesOf(path, absolute)) {
    const line = number === 1 ? undefined : readRowLine(parsedLine(text));
    if (line === undefined || line.kind === 'end' || !gone.has(addressId(line.address))) continue;
    const one = taken.get(addressId(line.address)) ?? {looks: 0, number};
    taken.set(addressId(line.address), one);
    if (line.kind === 'kept') one.looks--;
    else if (line.turn === 'first') one.looks++;
    else one.number = number;
  }
  return new Map([...taken].flatMap(([id, {looks, number}]) => (looks > 0 ? [[id, number] as const] : [])));
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
