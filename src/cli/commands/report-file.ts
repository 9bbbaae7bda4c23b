import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {DecisionTally, type RecordedDecision} from '../../operate/report/decision-tally.ts';
import {reportOfReplay} from '../../operate/report/report-of-replay.ts';
import {type ByteSource, openByteSource} from '../../trace/read/byte-source.ts';
import type {ActivityReport} from '../../view/model/activity-report.ts';
import type {SimulateReport} from '../../view/model/simulate-report.ts';
import type {CliContext} from '../context.ts';

const SCHEMA = 'ratectl.simulate/1';
const CHUNK = 1 << 20;
/** A JSON result has no more keys than it shows. */
const MAX_RESULT = 64 << 20;

export interface FileReportOptions {
  readonly timeZone: string;
  /** Refused keys in the answer. */
  readonly keys: number;
}

export interface FileReport {
  readonly report: ActivityReport;
  readonly warnings: readonly string[];
}

/** What looks like a file and names no limit: no selector. */
const FILE_NAME = /^[^*]*\.(?:json|jsonl|ndjson)(?:\.gz|\.zst)?$/;

/** Whether an argument is a file that is there, or is named like one, rather than a selector. */
export const isFileArgument = (argument: string, {cwd}: Pick<CliContext, 'cwd'>): boolean => {
  if (argument === '-') return true;
  try {
    return !statSync(resolve(cwd, argument)).isDirectory();
  } catch {
    return !argument.includes('/') && FILE_NAME.test(argument);
  }
};

/** A report of a result or of decisions of `simulate`, told apart by their content; gzip and zstd, too. */
export const reportFromFile = async (
  argument: string,
  options: FileReportOptions,
  {cwd, streams}: Pick<CliContext, 'cwd' | 'streams'>,
): Promise<FileReport> => {
  const path = argument === '-' ? '-' : resolve(cwd, argument);
  const source = await openByteSource(path, streams);
  const file = argument === '-' ? 'standard input' : argument;
  try {
    const lines = new LineFeed(source);
    const first = await lines.next();
    const decision = first === undefined ? undefined : decisionOf(first);
    if (first === undefined) throw notOurs(file, 'it is empty');
    if (decision !== undefined) return await ofDecisions(decision, lines, file, options);
    return ofResult(`${first}\n${await lines.rest(MAX_RESULT)}`, file, options);
  } finally {
    await source.close();
  }
};

const ofDecisions = async (
  first: RecordedDecision,
  lines: LineFeed,
  file: string,
  {timeZone, keys}: FileReportOptions,
): Promise<FileReport> => {
  const tally = new DecisionTally();
  tally.add(first);
  let count = 1;
  let skipped = 0;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const decision = decisionOf(line);
    count++;
    if (decision === undefined) skipped++;
    else tally.add(decision);
  }
  return {
    report: tally.report({file, lines: count, skipped}, timeZone, keys),
    warnings: [
      ...(skipped === 0 ? [] : [`${skipped} of ${count} lines are no decisions and were left out`]),
      ...(tally.keysAreComplete
        ? []
        : ['there are more keys than are counted: those with the fewest refusals may be missing']),
    ],
  };
};

const decisionOf = (line: string): RecordedDecision | undefined => {
  if (!line.startsWith('{')) return undefined;
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const {t, key, allowed, limit} = value;
  // Dates reach so far.
  if (typeof t !== 'number' || !(Math.abs(t) <= 8.64e15) || typeof allowed !== 'boolean') return undefined;
  return {
    t,
    key: typeof key === 'string' ? key : '',
    allowed,
    limit: typeof limit === 'string' ? limit : null,
  };
};

const ofResult = (text: string, file: string, options: FileReportOptions): FileReport => {
  let value: {readonly schema?: unknown; readonly data?: SimulateReport; readonly warnings?: unknown};
  try {
    value = JSON.parse(text);
  } catch {
    throw notOurs(file, 'it is neither JSON nor lines of decisions');
  }
  if (value?.schema !== SCHEMA) throw notOurs(file, `it is JSON, but not of schema "${SCHEMA}"`);
  if (!isResult(value.data)) throw notOurs(file, 'parts of the result are missing or of another form');
  const {shard} = value.data;
  return {
    report: reportOfReplay(value.data, {file, ...options}),
    warnings:
      shard === undefined
        ? []
        : [
            `this is shard ${shard.index} of ${shard.of}: "ratectl simulate merge" makes the whole of all of them`,
          ],
  };
};

/** Views trust their model: what they read of a result is looked at once, here. */
const isResult = (data: unknown): data is SimulateReport => {
  const {trace, totals, limits, series, thresholds} = objectOf(data);
  const {files, start, end} = objectOf(trace);
  const {bucketMs, buckets} = objectOf(series);
  return (
    listOf(files).every(isText) &&
    Array.isArray(files) &&
    [start, end].every((at) => at === null || isInstant(at)) &&
    hasNumbers(totals, 'allowed', 'denied') &&
    typeof bucketMs === 'number' &&
    bucketMs > 0 &&
    Array.isArray(buckets) &&
    buckets.every((bucket) => isInstant(objectOf(bucket)['t']) && hasNumbers(bucket, 'allowed', 'denied')) &&
    Array.isArray(limits) &&
    limits.every(isLimit) &&
    Array.isArray(thresholds) &&
    thresholds.every(
      (one) =>
        hasTexts(one, 'expr', 'source') && (objectOf(one)['actual'] === null || hasNumbers(one, 'actual')),
    )
  );
};

const isLimit = (limit: unknown): boolean =>
  hasTexts(limit, 'name', 'mode', 'description') &&
  hasNumbers(limit, 'requests', 'allowed', 'denied') &&
  Array.isArray(objectOf(limit)['top']) &&
  listOf(objectOf(limit)['top']).every(
    (key) => hasTexts(key, 'key') && hasNumbers(key, 'requests', 'denied'),
  );

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isText = (value: unknown): boolean => typeof value === 'string';
const isInstant = (value: unknown): boolean =>
  typeof value === 'string' && Number.isFinite(Date.parse(value));
const hasTexts = (value: unknown, ...names: readonly string[]): boolean =>
  names.every((name) => isText(objectOf(value)[name]));
const hasNumbers = (value: unknown, ...names: readonly string[]): boolean =>
  names.every((name) => Number.isFinite(objectOf(value)[name]));

const notOurs = (file: string, why: string): RatectlError =>
  new RatectlError(`cannot report on ${quoted(file, 200)}: ${why}`, {
    code: 'usage/report-file',
    hint: 'expected what "ratectl simulate --json" or "ratectl simulate --decisions FILE" wrote',
  });

/** Lines of a source, however long it is. */
class LineFeed {
  readonly #source: ByteSource;
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(CHUNK);
  #lines: readonly string[] = [];
  #at = 0;
  #tail = '';
  #ended = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Without its end; empty ones are left out. Undefined: there is none left. */
  async next(): Promise<string | undefined> {
    for (;;) {
      while (this.#at < this.#lines.length) {
        const line = this.#lines[this.#at++]!;
        if (line.trim() !== '') return line;
      }
      if (this.#ended) return undefined;
      await this.#read();
    }
  }

  /** All that is left. Throws when it is longer than `most` characters. */
  async rest(most: number): Promise<string> {
    const parts: string[] = [];
    let length = 0;
    for (let line = await this.next(); line !== undefined; line = await this.next()) {
      length += line.length + 1;
      if (length > most) throw notOurs(this.#source.name, `it is larger than ${most >>> 20} MiB`);
      parts.push(line);
    }
    return parts.join('\n');
  }

  async #read(): Promise<void> {
    const count = await this.#source.read(this.#buffer);
    const text = this.#tail + this.#decoder.decode(this.#buffer.subarray(0, count), {stream: count > 0});
    this.#ended = count === 0;
    const lines = text.split('\n');
    this.#tail = this.#ended ? '' : lines.pop()!;
    if (this.#tail.length > MAX_RESULT)
      throw notOurs(this.#source.name, `a line is longer than ${MAX_RESULT >>> 20} MiB`);
    this.#lines = lines;
    this.#at = 0;
  }
}
