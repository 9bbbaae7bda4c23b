import {formatPlural} from '../format-number.ts';
import type {SimulateReport} from '../model/simulate-report.ts';

/**
 * That requests came and none reached a limit that applied, in words: no denial then says nothing of the limits. Undefined where one
 * did, and where there are no limits.
 */
export const noLimitApplied = ({
  limits,
  totals,
}: Pick<SimulateReport, 'limits' | 'totals'>): string | undefined => {
  const {allowed, denied} = totals;
  if (allowed === 0 || denied > 0 || limits.length === 0 || limits.some(({requests}) => requests > 0))
    return undefined;
  return `no limit applied to any of ${formatPlural(allowed, 'request')}`;
};
