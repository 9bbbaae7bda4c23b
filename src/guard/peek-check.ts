import type {Check, CheckAnswer} from '../engine/live/check.ts';
import {CheckDecider, type Row} from '../engine/live/check-decider.ts';
import type {Store, StoredRow} from '../store/port.ts';

/**
 * What a check would be answered now, without charging anything: the store tells its clock and the rows, and the engine decides
 * with copies of them.
 */
export const peekCheck = async (store: Store, check: Check): Promise<CheckAnswer> => {
  const asking = {...check, layers: check.layers.map((layer) => ({...layer, cost: 0}))};
  const [answers, stored] = await Promise.all([
    store.check([asking]),
    store.read(check.layers.map(({address}) => address)),
  ]);
  const {now} = answers[0] as CheckAnswer;
  const rows = check.layers.map(({buckets}, i): Row => {
    const state = new Float64Array(buckets.words);
    const row = stored[i];
    if (row !== undefined && row.expiresAt > now) loadInto(state, buckets, row);
    return {state, expiresAt: 0};
  });
  try {
    const {verdicts} = new CheckDecider().decide(check, rows, now);
    return {now, verdicts: verdicts.map((verdict) => ({...verdict, fencingToken: 0}))};
  } finally {
    check.layers.forEach(({buckets}, i) => {
      buckets.clear(rows[i]!.state, 0);
    });
  }
};

/** A row that is none of ours is as if there was none. */
const loadInto = (state: Float64Array, buckets: Check['layers'][number]['buckets'], row: StoredRow): void => {
  try {
    buckets.load(state, 0, row.words);
  } catch {
    buckets.clear(state, 0);
  }
};
