import {appendFileSync} from 'node:fs';
import {openAtomicFile} from '../../base/atomic-file.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';
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

interface ReportFlags extends OutputFlags {
  readonly ci?: boolean;
  readonly junit?: string;
}

/** Prints a report in the form asked for, and writes what CI wants beside it. */
export const printReport = async (
  report: SimulateReport,
  warnings: readonly string[],
  flags: ReportFlags,
  context: CliContext,
): Promise<void> => {
  if (flags.junit !== undefined) writeWhole(flags.junit, simulateJunit(report));
  if (flags.ci === true) await tellCi(report, context);
  await context.streams.out.write(render(report, warnings, flags, context));
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

const writeWhole = (path: string, text: string): void => {
  const file = openAtomicFile(path);
  file.write(Buffer.from(text));
  file.commit();
};

/** A job summary where GitHub says to put it, and annotations on stderr, where the runner looks for them too. */
const tellCi = async (report: SimulateReport, {streams}: CliContext): Promise<void> => {
  const path = streams.env['GITHUB_STEP_SUMMARY'];
  if (path !== undefined && path !== '') {
    try {
      appendFileSync(path, githubSummary(report));
    } catch (error) {
      throw new RatectlError(
        `cannot append to ${quoted(path, 200)} (GITHUB_STEP_SUMMARY): ${(error as NodeJS.ErrnoException).code ?? 'failed'}`,
        {code: 'io/cannot-write', cause: error},
      );
    }
  }
  const annotations = githubAnnotations(report);
  if (annotations !== '') await streams.err.write(annotations);
};
