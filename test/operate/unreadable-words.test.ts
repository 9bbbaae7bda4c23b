import {beforeEach, expect, test} from 'vitest';
import {explainKey} from '../../src/operate/explain/explain-key.ts';
import {readStatus} from '../../src/operate/status/read-status.ts';
import {explainText} from '../../src/view/explain/text.ts';
import {statusTable} from '../../src/view/status/table.ts';
import {LiveState, NOON, queryOf} from './live-state.ts';

const STYLE = {colour: false, width: 100, ascii: false};
const TIMES = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000} as const;

/** Whoever may write to the store may have written anything. */
let state: LiveState;
beforeEach(async () => {
  state = new LiveState();
  await state.send({ip: '203.0.113.7'}, 3);
  const address = {limit: 'per-ip', key: '198.51.100.1', tier: '', shape: 't'};
  const next = {words: [Number.NaN, 3, NOON], expiresAt: NOON + 60_000_000};
  await state.store.change([{address, expected: 'any', next}]);
});

test('a row whose words are no numbers counts as one of another policy, and the others are listed as ever', async () => {
  const {report} = await readStatus(state.source, queryOf({scope: {kind: 'all'}}));
  expect(report.keys.map(({key, used}) => [key, used])).toEqual(
    expect.arrayContaining([
      ['203.0.113.7', 3],
      ['198.51.100.1', 0],
    ]),
  );
  expect(
    statusTable(report, {times: TIMES, contextName: null, detail: 'table', fields: undefined}, STYLE),
  ).not.toContain('NaN');
});

test('it is explained as such', async () => {
  const subject = {kind: 'exact', limit: 'per-ip', key: '198.51.100.1'} as const;
  const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
  expect(explainText(explanation, null, TIMES, STYLE)).toMatch(/counts\s+as never seen[\s\S]*words NaN, 3, /);
});
