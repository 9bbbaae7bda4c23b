import {resolve} from 'node:path';
import {type AtomicFile, openAtomicFile} from '../../base/atomic-file.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';
import {readReport} from '../../operate/report/read-report.ts';
import {factsOf} from '../../simulate/algorithm-facts.ts';
import {reportHtml} from '../../view/html/report.ts';
import type {ActivityReport} from '../../view/model/activity-report.ts';
import {reportCsv} from '../../view/report/csv.ts';
import {reportMarkdown} from '../../view/report/markdown.ts';
import {reportTable} from '../../view/report/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {keyFilter} from '../key-filter.ts';
import {tell, warn} from '../notes.ts';
import {styleOf} from '../options/output.ts';
import {checkOutputFiles} from '../options/output-files.ts';
import {selectorOf} from '../options/selector.ts';
import {timesOf} from '../options/times.ts';
import {scanProgress} from '../scan-progress.ts';
import {withTarget} from '../with-target.ts';
import type {ReportFlags, ReportFormat} from './report.ts';
import {type FileReport, isFileArgument, reportFromFile} from './report-file.ts';
import {rangeAsked} from './report-times.ts';

interface Told extends FileReport {
  readonly contextName: string | null;
}

/** Refused keys that are named where --limit does not say. */
const KEYS: Readonly<Record<ReportFormat, number>> = {
  table: 10,
  md: 20,
  html: 1_000,
  csv: 1_000,
  json: 1_000,
};

const NAMES: Readonly<Record<ReportFormat, string>> = {
  table: 'text',
  md: 'Markdown',
  html: 'HTML',
  csv: 'CSV',
  json: 'JSON',
};

export const runReport = async (
  argument: string | undefined,
  flags: ReportFlags,
  context: CliContext,
): Promise<void> => {
  const format = flags.json === true ? 'json' : flags.output;
  const {timeZone} = timesOf({tz: flags.tz ?? 'utc', timeFormat: 'iso'}, 0, context);
  const keys = flags.limit === 0 ? Number.MAX_SAFE_INTEGER : (flags.limit ?? KEYS[format]);
  refuseHtmlOnTerminal(format, flags, context);
  const isFile = argument !== undefined && !selects(flags) && isFileArgument(argument, context);
  checkOutputFiles(
    [{what: '--out', path: flags.out}],
    isFile ? [{what: 'the report', path: argument}] : [],
    context,
  );
  const told = isFile
    ? {...(await reportFromFile(argument, {timeZone, keys}, context)), contextName: null}
    : await fromStore(argument, {flags, timeZone, keys}, context);
  await warn(told.warnings, flags, context);
  await print(render(told, format, flags, context), flags, context);
  if (flags.out !== undefined)
    await tell([`the report is in ${quoted(flags.out, 200)}, as ${NAMES[format]}`], flags, context);
};

const selects = ({prefix, match, all, jsonKey}: ReportFlags): boolean =>
  [prefix, match, all, jsonKey].some((flag) => flag === true);

interface StoreQuery {
  readonly flags: ReportFlags;
  readonly timeZone: string;
  readonly keys: number;
}

const fromStore = async (
  argument: string | undefined,
  {flags, timeZone, keys}: StoreQuery,
  context: CliContext,
): Promise<Told> => {
  const rangeAt = rangeAsked(flags, timeZone);
  const selector = selectorOf(argument, flags);
  const {filter, compare = false, maxKeys} = flags;
  const progress = scanProgress(flags, context);
  return withTarget(flags, context, 'read', async ({store, policy, policyFrom, contextName, warnings}) => {
    const answer = await readReport(
      {
        store,
        policy: policy?.policy,
        localNow: () => context.clock.now(),
        policyFile: policy === undefined ? null : {file: policy.file, from: policyFrom ?? policy.file},
        describe: (spec) => factsOf(spec).describe(spec),
        solvable: (spec) => Object.keys(factsOf(spec).numbers)[0],
        onRead: progress.update,
      },
      {
        selector,
        filter: filter === undefined ? undefined : {text: filter, test: keyFilter(filter)},
        rangeAt,
        timeZone,
        compare,
        keys,
        maxKeys,
      },
    ).finally(progress.end);
    return {...answer, warnings: [...warnings, ...answer.warnings], contextName};
  });
};

/** Without what only views read. */
const inJson = (report: ActivityReport): ActivityReport => ({
  ...report,
  thresholds: report.thresholds.map(({expr, actual, pass}) => ({expr, actual, pass})),
});

const render = (
  {report, warnings, contextName}: Told,
  format: ReportFormat,
  flags: ReportFlags,
  context: CliContext,
): string => {
  switch (format) {
    case 'table':
      return reportTable(report, styleOf({...flags, output: 'table'}, context));
    case 'json':
      return `${safeJson(envelope('report', inJson(report), warnings, context, contextName), 2)}\n`;
    case 'csv':
      return reportCsv(report);
    case 'md':
      return reportMarkdown(report);
    case 'html':
      return reportHtml(report, {
        generatedAt: envelope('report', null, [], context).generatedAt,
        contextName,
        version: context.version,
        warnings,
      });
  }
};

const refuseHtmlOnTerminal = (format: ReportFormat, {out}: ReportFlags, {streams}: CliContext): void => {
  if (format !== 'html' || out !== undefined || !streams.out.isTTY) return;
  throw new RatectlError('HTML is for a browser, not for a terminal', {
    code: 'usage/output',
    hint: 'name a file: --out report.html',
  });
};

const print = async (text: string, {out}: ReportFlags, context: CliContext): Promise<void> => {
  if (out === undefined) {
    await context.streams.out.write(text);
    return;
  }
  const file: AtomicFile = openAtomicFile(resolve(context.cwd, out));
  const discard = (): void => file.discard();
  context.cleanups.add(discard);
  try {
    file.write(Buffer.from(text));
    file.commit();
  } finally {
    discard();
    context.cleanups.delete(discard);
  }
};
