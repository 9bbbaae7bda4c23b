import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {QueueItem} from '../../store/port.ts';
import {badLine, linesOf, parsedLine} from './file-lines.ts';
import {type QueueReceiptHeader, readQueueLine, readQueueReceiptHeader} from './queue-receipt.ts';

/** A receipt of a drained queue that was looked through. Items are read from the disk each time they are asked for. */
export interface ReadQueueReceipt {
  readonly header: QueueReceiptHeader;
  /** Items that were taken out and not put back since, those of which that is not known included. */
  readonly open: number;
  /** Items that an undo has put back. */
  readonly restored: number;
  /** Of the open ones those that were perhaps not taken out: the run was killed in between. */
  readonly uncertain: ReadonlySet<string>;
  /** Whether the run came to its end. */
  readonly done: boolean;
  /** The open ones, each once. */
  items(): Generator<QueueItem>;
}

/** Whether a file begins as a receipt of a queue; false also for one that cannot be read. */
export const isQueueReceipt = (path: string, absolute: string): boolean => {
  try {
    for (const {text} of linesOf(path, absolute))
      return readQueueReceiptHeader(parsedLine(text)) !== undefined;
  } catch {
    // Whoever reads it as a receipt of keys says what is wrong.
  }
  return false;
};

/**
 * Reads a receipt. Half a line at the end, which a killed run leaves behind, is left out; anything else that is not a line is a
 * RatectlError with file and line (exit 2).
 */
export const readQueueReceipt = (path: string, absolute: string): ReadQueueReceipt => {
  let header: QueueReceiptHeader | undefined;
  let done = false;
  /** Written down, and no word of what came of it yet. */
  let uncertain = new Set<string>();
  const drained = new Set<string>();
  const restored = new Set<string>();
  for (const {number, text, ended} of linesOf(path, absolute)) {
    if (number === 1) {
      header = readQueueReceiptHeader(parsedLine(text));
      if (header === undefined) throw notOurs(path);
      continue;
    }
    const line = readQueueLine(parsedLine(text));
    if (line === undefined) {
      if (ended) throw badLine(path, number, text);
      continue;
    }
    if (line.kind === 'item') uncertain.add(line.item.id);
    else if (line.kind === 'end') done = line.done;
    else {
      for (const id of line.ids) (line.kind === 'drained' ? drained : restored).add(id);
      if (line.kind === 'drained') uncertain = new Set();
    }
  }
  if (header === undefined) throw notOurs(path);
  const isOpen = (id: string): boolean => (drained.has(id) || uncertain.has(id)) && !restored.has(id);
  return {
    header,
    restored: restored.size,
    uncertain: new Set([...uncertain].filter((id) => isOpen(id) && !drained.has(id))),
    open: [...new Set([...drained, ...uncertain])].filter(isOpen).length,
    done,
    *items() {
      const given = new Set<string>();
      for (const {number, text} of linesOf(path, absolute)) {
        const line = number === 1 ? undefined : readQueueLine(parsedLine(text));
        if (line?.kind !== 'item' || !isOpen(line.item.id) || given.has(line.item.id)) continue;
        given.add(line.item.id);
        yield line.item;
      }
    },
  };
};

const notOurs = (path: string): RatectlError =>
  new RatectlError(`${quoted(path, 200)} is not a receipt of a queue`, {
    code: 'reset/bad-file',
    hint: 'receipts are what reset writes, by default into .ratectl/receipts',
  });
