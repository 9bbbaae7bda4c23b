import {expect, test} from 'vitest';
import {explainKey} from '../../src/operate/explain/explain-key.ts';
import {detailLines} from '../../src/tui/panes/detail-lines.ts';
import {painter} from '../../src/view/colour.ts';
import {LiveState, NOON} from '../operate/live-state.ts';

test('spans of an explained key are counted from when it was explained, not from the last look', async () => {
  const state = new LiveState();
  state.now = NOON + 474_000;
  await state.send({ip: '198.51.100.1'}, 3);
  const key = {limit: 'per-ip', key: '198.51.100.1'};
  const subject = {kind: 'exact', ...key} as const;
  const {explanation: answer} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
  const style = {colour: false, width: 100, ascii: false};
  const drawing = {
    style,
    paint: painter(style),
    times: {format: 'relative', timeZone: 'UTC', now: NOON / 1_000},
    clock: '12:00:00Z',
  } as const;
  const lines = detailLines(
    {kind: 'detail', key, tier: undefined, answer},
    {trendOf: () => undefined},
    drawing,
  ).join('\n');
  expect(lines).toMatch(/ {2}since +2026-01-05T12:00:00\.474Z · now · /);
});
