import {floorMillis, toRfc3339} from '../../base/micros.ts';
import type {StatusStore} from '../../view/model/status-report.ts';
import type {StoreView} from '../store-view.ts';

/** A clock that is off by more than this is worth a warning, µs. */
const SKEW_TO_WARN = 1_000_000;

/** The store as reports show it. */
export const statusStore = ({facts, skew, skewError}: StoreView): StatusStore => ({
  url: facts.url,
  server: facts.server,
  now: toRfc3339(facts.now),
  skewMs: Math.round(skew / 1_000),
  skewErrorMs: Math.ceil(skewError / 1_000),
  remarks: facts.remarks,
});

/** That the store's clock is not this machine's. */
export const clockWarnings = ({skew, skewError}: StoreView): readonly string[] =>
  Math.abs(skew) - skewError < SKEW_TO_WARN
    ? []
    : [
        `the store's clock is ${floorMillis(Math.abs(skew))} ms ${skew > 0 ? 'ahead of' : 'behind'} this machine's: limits go by the store's`,
      ];
