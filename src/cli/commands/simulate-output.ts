import {type AtomicFile, openAtomicFile} from '../../base/atomic-file.ts';
import {safeJson} from '../../base/safe-text.ts';
import type {SimulateReport} from '../../view/model/simulate-report.ts';
import {simulateCsv} from '../../view/simulate/csv.ts';
import {githubAnnotations} from '../../view/simulate/github-annotations.ts';
import {githubSummary} from '../../view/simulate/github-summary.ts';
import {simulateJsonl} from '../../view/simulate/jsonl.ts';
import {simulateJunit} from '../../view/simulate/junit.ts';
import {simulateMarkdown} from '../../view/simulate/markdown.ts';
import {simulateTable} from '../../view/simulate/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {type OutputFlags, outputFormat, styleOf} from '../options/output.ts';
import {placeOf} from '../options/output-files.ts';
import {appendSummary, checkSummary} from './step-summary.ts';

interface ReportFlags extends OutputFlags {
  readonly ci?: boolean;
  readonly junit?: string;
}

/**
 * Prints a report in the form asked for, and writes what CI wants beside it: first all that can fail, then the names.
 * What stands in `context.cleanups` when it throws takes everything back.
 */
export const printReport = async (
  report: SimulateReport,
  warnings: readonly string[],
  flags: ReportFlags,
  context: CliContext,
): Promise<void> => {
  const text = render(report, warnings, flags, context);
  const junit =
    flags.junit === undefined ? undefined : writeAside(flags.junit, simulateJunit(report), context);
  const takeBack = flags.ci === true ? await tellCi(report, context) : undefined;
  if (takeBack !== undefined) context.cleanups.add(takeBack);
  await context.streams.out.write(text);
  junit?.commit();
  if (takeBack !== undefined) context.cleanups.delete(takeBack);
};

const untimed = ({performance: _, ...report}: SimulateReport): SimulateReport => report;

const render = (
  report: SimulateReport,
  warnings: readonly string[],
  flags: ReportFlags,
  context: CliContext,
): string => {
  const format = outputFormat(flags);
  switch (format) {
    case 'table':
    case 'wide':
      // Without the timing: the same input gives the same bytes on stdout.
      return simulateTable(untimed(report), styleOf(flags, context), format);
    case 'json':
      return `${safeJson(envelope('simulate', report, warnings, context), 2)}\n`;
    case 'jsonl':
      return simulateJsonl(report);
    case 'csv':
      return simulateCsv(report);
    case 'md':
      return simulateMarkdown(report);
  }
};

/** Refuses a job summary that cannot be written, before the work of which it is to tell. */
export const checkCi = ({ci}: Pick<ReportFlags, 'ci'>, {streams}: CliContext): void => {
  const path = streams.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (ci === true && path !== '') checkSummary(path);
};

/** A file that is written but has no name yet. Goes with the run when that fails. */
const writeAside = (path: string, text: string, context: CliContext): AtomicFile => {
  const file = openAtomicFile(placeOf(path, context));
  context.cleanups.add(() => file.discard());
  file.write(Buffer.from(text));
  return file;
};

/**
 * A job summary where GitHub says to put it, and annotations on stderr, where the runner looks for them too. Gives back
 * what removes the summary.
 */
const tellCi = async (report: SimulateReport, {streams}: CliContext): Promise<(() => void) | undefined> => {
  const path = streams.env['GITHUB_STEP_SUMMARY'] ?? '';
  const takeBack = path === '' ? undefined : appendSummary(path, githubSummary(report));
  const annotations = githubAnnotations(report);
  if (annotations !== '') await streams.err.write(annotations);
  return takeBack;
};
