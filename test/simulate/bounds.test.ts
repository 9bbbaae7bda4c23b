import {expect, test} from 'vitest';
import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {BoundsReplay} from '../../src/simulate/bounds.ts';
import {Replay} from '../../src/simulate/replay.ts';
import {batchOf} from '../../src/trace/batch-of.ts';

const S = 1_000_000;

/** Whole seconds. Requests that come later to be allowed hold their slots longer, when others want them. */
const REQUESTS = [
  {t: 216, cost: 3, hold: 50},
  {t: 219, cost: 1, hold: 2},
  {t: 219, cost: 1, hold: 0.1},
  {t: 219, cost: 1, hold: 50},
  {t: 220, cost: 1, hold: 2},
  {t: 223, cost: 2, hold: 0},
].map(({t, cost, hold}) => ({t: t * S, cost, hold: hold * S, key: 'k'}));

test('the best of the bounds is no worse than any arrangement that was replayed, the one that was read included', () => {
  const {policy} = parsePolicy(
    `version: 1
limits:
  - name: a
    buckets:
      - { algorithm: fixed-window, limit: 10, window: 3s, align: first-hit }
      - { algorithm: concurrency, max: 5 }`,
    'policy.yaml',
  );
  const columns = new AttributeColumns();
  const bounds = new BoundsReplay(policy, columns, S);
  const replay = new Replay(columns, {policy, against: undefined, shard: undefined, decisions: undefined});
  const batch = batchOf(columns, REQUESTS);
  bounds.run(batch, 0, batch.count);
  replay.run(batch, 0, batch.count);
  const {best, worst} = bounds.result();
  const read = replay.result(undefined).totals.denied;
  expect(best.denied).toBeLessThanOrEqual(read);
  expect(worst.denied).toBeGreaterThanOrEqual(read);
});
