import {closeSync, openSync, readSync} from 'node:fs';
import {readReason} from '../../base/io-reason.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

const CHUNK = 1 << 18;
/** A key of 64 KiB with every character escaped is below 1 MiB; the rest is for sliding logs. */
const LONGEST_LINE = 1 << 26;

export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** Whether a line feed follows. */
  readonly ended: boolean;
}

/** The lines of a file, read piece by piece. Throws a RatectlError (exit 2) when it cannot be read. */
export function* linesOf(path: string, absolute: string): Generator<Line> {
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

/** Throws a RatectlError (exit 2) for a file that cannot be read. */
export const requireReadable = (path: string, absolute: string): void => {
  for (const _ of linesOf(path, absolute)) return;
};

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

/** The JSON value of a line; undefined: it holds none. */
export const parsedLine = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** That a line is none of such a file. */
export const badLine = (
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
