import {csv} from '../csv.ts';
import {shareOf} from '../format-number.ts';
import type {SimulateReport} from '../model/simulate-report.ts';

const HEADER = [
  'limit',
  'mode',
  'description',
  'requests',
  'allowed',
  'denied',
  'deniedRate',
  'skipped',
  'keys',
  'deniedKeys',
].concat(['topKey', 'topKeyRequests', 'topKeyDenied']);

/**
 * A row for each limit; names as in the JSON answer. All numbers are counts but `deniedRate`, a share of 0 … 1, empty where no
 * request reached the limit. No rows of totals: a column can be summed.
 */
export const simulateCsv = ({limits}: SimulateReport): string =>
  csv(
    HEADER,
    limits.map((limit) => {
      const {name, mode, description, requests, allowed, denied, skipped, keys, deniedKeys} = limit;
      const top = limit.top[0]?.denied ? limit.top[0] : undefined;
      const counts = [requests, allowed, denied, shareOf(denied, requests), skipped, keys, deniedKeys];
      return [name, mode, description, ...counts, top?.key, top?.requests, top?.denied];
    }),
  );
