import {toRfc3339} from '../base/micros.ts';
import type {SimulateReport} from '../view/model/simulate-report.ts';
import type {RehearsalResult} from './rehearsal/rehearsal.ts';
import type {ReplayResult} from './replay-result.ts';
import type {ReplayRun} from './run-replay.ts';

/** What a run measured, as reports give it; thresholds are judged on it. */
export const reportOfRun = (
  {result, order, trace}: ReplayRun,
  paths: readonly string[],
): Omit<SimulateReport, 'thresholds'> => {
  const {requests, keys, cost, totals, limits, series, diff} = result;
  const {span, outOfOrder} = order;
  return {
    trace: {
      files: paths.map((path) => (path === '-' ? '<stdin>' : path)),
      format: trace.formats.map(({name}) => name).join('+') || 'none',
      requests,
      skipped: trace.sum('bad'),
      notRequests: trace.sum('notRequests'),
      keys,
      start: span === undefined ? null : toRfc3339(span.first),
      end: span === undefined ? null : toRfc3339(span.last),
      outOfOrder,
      cost,
    },
    totals,
    limits,
    series,
    ...(diff === undefined ? {} : {diff}),
    ...(isRehearsed(result) ? {rehearsal: result.rehearsal} : {}),
  };
};

const isRehearsed = (result: ReplayResult): result is RehearsalResult => 'rehearsal' in result;
