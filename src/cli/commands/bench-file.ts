import {resolve} from 'node:path';
import {openAtomicFile} from '../../base/atomic-file.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';
import type {EarlierBench} from '../../bench/compare-bench.ts';
import {readBounded} from '../../config/read-bounded.ts';
import type {BenchReport} from '../../view/model/bench-report.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';

const SCHEMA = 'ratectl.bench/1';
const MOST_BYTES = 64 << 20;

/** The result as JSON, as --json, --save and --compare have it. */
export const benchJson = (
  report: BenchReport,
  warnings: readonly string[],
  context: CliContext,
  contextName: string | null,
): string => `${safeJson(envelope('bench', report, warnings, context, contextName), 2)}\n`;

/** Writes a file whole or not at all. */
export const writeWhole = (path: string, text: string, {cwd, cleanups}: CliContext): void => {
  const file = openAtomicFile(resolve(cwd, path));
  const discard = (): void => file.discard();
  cleanups.add(discard);
  try {
    file.write(Buffer.from(text));
    file.commit();
  } finally {
    discard();
    cleanups.delete(discard);
  }
};

/** Reads what --save or --json wrote. Throws a RatectlError (exit 2) for anything else. */
export const readBench = (path: string, {cwd}: Pick<CliContext, 'cwd'>): EarlierBench => {
  const found = readBounded(resolve(cwd, path), 'earlier result', MOST_BYTES);
  if (found === undefined)
    throw new RatectlError(`--compare: there is no file ${quoted(path, 200)}`, {
      code: 'bench/compare',
      hint: 'ratectl bench --save FILE writes one',
    });
  let value: {readonly schema?: unknown; readonly generatedAt?: unknown; readonly data?: unknown};
  try {
    value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(found.bytes));
  } catch {
    throw notOurs(path, 'it is no JSON');
  }
  if (value?.schema !== SCHEMA) throw notOurs(path, `it is JSON, but not of schema "${SCHEMA}"`);
  if (!isReport(value.data)) throw notOurs(path, 'parts of the result are missing or of another form');
  return {file: path, generatedAt: textOf(value.generatedAt), report: value.data};
};

const notOurs = (path: string, why: string): RatectlError =>
  new RatectlError(`cannot compare with ${quoted(path, 200)}: ${why}`, {
    code: 'bench/compare',
    hint: 'expected what "ratectl bench --save FILE" or "ratectl bench --json" wrote',
  });

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const areNumbers = (value: unknown, ...names: readonly string[]): boolean =>
  names.every((name) => Number.isFinite(fieldsOf(value)[name]));

/** Comparing trusts what it reads: that is looked at once, here. */
const isReport = (data: unknown): data is BenchReport => {
  const {settings, machine, stores} = fieldsOf(data);
  const {limits, loop, ...rest} = fieldsOf(settings);
  return (
    ['open', 'closed', 'sweep'].includes(loop as string) &&
    areSettings(rest) &&
    Array.isArray(limits) &&
    limits.every((name) => typeof name === 'string') &&
    areNumbers(machine, 'cpus') &&
    ['node', 'platform'].every((name) => isWord(fieldsOf(machine)[name])) &&
    Array.isArray(stores) &&
    stores.every(isStore)
  );
};

/** They are shown beside those of now: durations as such, all else as it is. What an older version did not write is missing. */
const areSettings = (settings: Fields): boolean =>
  isDuration(settings['durationMs'] ?? 0) &&
  isDuration(settings['p99Us'] ?? 0) &&
  SHOWN_SETTINGS.every((name) => isWord(settings[name]));

const SHOWN_SETTINGS = [
  'ratePerSecond',
  'arrivals',
  'connections',
  'processes',
  'keys',
  'distribution',
  'pacing',
];

const isWord = (value: unknown): boolean => typeof (value ?? '') !== 'object';

const LONGEST = 1e12;
const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LONGEST;

const isStore = (store: unknown): boolean => {
  const {name, server, runs, sweep} = fieldsOf(store);
  return (
    typeof name === 'string' &&
    typeof server === 'string' &&
    Array.isArray(runs) &&
    runs.every(isRun) &&
    (sweep === null || 'kneePerSecond' in fieldsOf(sweep)) &&
    isKnee(fieldsOf(sweep)['kneePerSecond'] ?? null)
  );
};

const isKnee = (value: unknown): boolean => value === null || Number.isFinite(value);

const isRun = (run: unknown): boolean => {
  const {response, service} = fieldsOf(run);
  return (
    areNumbers(run, 'decisionsPerSecond') &&
    [response ?? service, service].every((latency) => areNumbers(latency, 'p50Us', 'p99Us', 'p999Us'))
  );
};
