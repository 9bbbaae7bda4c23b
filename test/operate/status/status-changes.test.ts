import {expect, test} from 'vitest';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {StatusChanges} from '../../../src/operate/status/status-changes.ts';
import {S} from '../../support/instants.ts';
import {busyState, queryOf} from '../live-state.ts';

test('tells a key once, then only when its state changes or it is gone', async () => {
  const state = await busyState();
  const changes = new StatusChanges();
  const look = async (prefix = '203.0.113.7') => {
    const scope = {kind: 'prefix', limit: 'per-ip', prefix} as const;
    const {report} = await readStatus(state.source, queryOf({scope}));
    return changes.since(report, ({key, state: one}) => ({key, state: one}));
  };
  expect(await look()).toMatchObject([
    {kind: 'key', change: 'new', key: {key: '203.0.113.7', state: 'limited'}},
    {kind: 'look', totals: {matching: 1}},
  ]);
  expect(await look()).toMatchObject([{kind: 'look'}]);
  state.now += S;
  expect(await look()).toMatchObject([
    {kind: 'key', change: 'state', before: 'limited', key: {state: 'ok'}},
    {kind: 'look', at: '2026-01-05T12:00:01.000Z'},
  ]);
  expect(await look('nobody')).toMatchObject([
    {kind: 'key', change: 'gone', before: 'ok'},
    {kind: 'look', totals: {matching: 0}},
  ]);
});
