import {ExitCode} from '../../base/exit-code.ts';
import {safeJson} from '../../base/safe-text.ts';
import {readStatus, type StatusAnswer, type StatusSource} from '../../operate/status/read-status.ts';
import {factsOf} from '../../simulate/algorithm-facts.ts';
import type {StatusKey, StatusReport} from '../../view/model/status-report.ts';
import {statusCsvHeader, statusCsvRows} from '../../view/status/csv.ts';
import {statusMarkdown} from '../../view/status/markdown.ts';
import {pickFields} from '../../view/status/pick-fields.ts';
import {statusTable} from '../../view/status/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {timesOf} from '../options/times.ts';
import {sameStoreFlag, withStoreFlag} from '../same-store.ts';
import {scanProgress} from '../scan-progress.ts';
import {type Target, withTarget} from '../with-target.ts';
import type {StatusFlags} from './status.ts';
import {conditionHolds, type StatusRequest, statusRequest} from './status-query.ts';

export const runStatus = async (
  argument: string | undefined,
  flags: StatusFlags,
  context: CliContext,
): Promise<void> => {
  const request = statusRequest(argument, flags);
  // Refuses an unknown zone before a store is opened.
  timesOf(flags, 0, context);
  if (flags.watch === true) {
    const {watchStatus} = await import('./status-watch.ts');
    await watchStatus(request, flags, context);
    return;
  }
  await withTarget(flags, context, 'read', async (target) => {
    const answer = request.streams
      ? await streamKeys(target, request, flags, context)
      : await printReport(target, request, flags, context);
    await warn([...target.warnings, ...answer.warnings], flags, context);
    const {totals} = answer.report;
    if (totals.matching === 0 && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    if (conditionHolds(flags.failOn, answer.report)) context.exitCode = ExitCode.conditionMet;
  });
};

/** What `readStatus` looks at. */
export const statusSource = (
  {store, policy, policyFrom}: Target,
  {clock}: Pick<CliContext, 'clock'>,
): StatusSource => ({
  store,
  policy: policy?.policy,
  localNow: () => clock.now(),
  policyFile: policy === undefined ? null : {file: policy.file, from: policyFrom ?? policy.file},
  describe: (spec) => factsOf(spec).describe(spec),
});

const printReport = async (
  target: Target,
  {query, fields}: StatusRequest,
  flags: StatusFlags,
  context: CliContext,
): Promise<StatusAnswer> => {
  const progress = scanProgress(flags, context);
  const answer = await readStatus(statusSource(target, context), query, {onRead: progress.update}).finally(
    progress.end,
  );
  const warnings = [...target.warnings, ...answer.warnings];
  await context.streams.out.write(statusText(answer, {target, fields, warnings}, flags, context));
  return answer;
};

/** What an alert says to do is to be done in the store that was named to this command. */
const forSameStore = (report: StatusReport, flags: StatusFlags): StatusReport => {
  const flag = sameStoreFlag(report.store.url, flags);
  return {...report, alerts: report.alerts.map((one) => ({...one, next: withStoreFlag(one.next, flag)}))};
};

interface Printed {
  readonly target: Pick<Target, 'contextName'>;
  readonly fields: StatusRequest['fields'];
  readonly warnings: readonly string[];
}

/** The whole answer in the form asked for. */
export const statusText = (
  {report: seen}: StatusAnswer,
  {target: {contextName}, fields, warnings}: Printed,
  flags: StatusFlags,
  context: CliContext,
): string => {
  const report = forSameStore(seen, flags);
  const times = timesOf(flags, Date.parse(report.store.now), context);
  const format = outputFormat(flags);
  switch (format) {
    case 'table':
    case 'wide':
      return statusTable(report, {detail: format, fields, contextName, times}, styleOf(flags, context));
    case 'json': {
      const data = {...report, keys: report.keys.map((key) => pickFields(key, fields))};
      return `${safeJson(envelope('status', data, warnings, context, contextName), 2)}\n`;
    }
    case 'jsonl':
      return report.keys.map((key) => `${safeJson(pickFields(key, fields))}\n`).join('');
    case 'csv':
      return statusCsvHeader(fields) + statusCsvRows(report.keys, fields);
    case 'md':
      return statusMarkdown(report, fields, times);
  }
};

/** Characters that are written at once. */
const CHUNK = 65_536;

/** Keys as they are found, in no order, in memory that does not grow with their number. */
const streamKeys = async (
  target: Target,
  {query, fields}: StatusRequest,
  flags: StatusFlags,
  context: CliContext,
): Promise<StatusAnswer> => {
  const {out} = context.streams;
  const format = outputFormat(flags);
  const lineOf = (key: StatusKey): string =>
    format === 'csv' ? statusCsvRows([key], fields) : `${safeJson(pickFields(key, fields))}\n`;
  let chunk = format === 'csv' ? statusCsvHeader(fields) : '';
  const progress = scanProgress(flags, context);
  try {
    const answer = await readStatus(statusSource(target, context), query, {
      onRead: progress.update,
      isDone: () => out.closed,
      onKey: (key) => {
        chunk += lineOf(key);
        if (chunk.length < CHUNK) return undefined;
        const text = chunk;
        chunk = '';
        return out.write(text);
      },
    });
    await out.write(chunk);
    return answer;
  } finally {
    progress.end();
  }
};
