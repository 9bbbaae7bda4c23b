import {expect, test} from 'vitest';
import {sameStoreFlag, withStoreFlag} from '../../src/cli/same-store.ts';
import type {StatusReport} from '../../src/view/model/status-report.ts';
import {breakerState, putBreaker, TOKEN_POLICY} from '../operate/section-state.ts';
import {liveCli} from './live-cli.ts';

test('what status says to do is to be done in the store that was named to it, and works as it stands', async () => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) =>
    putBreaker(store, 'provider', breakerState({kind: 'open', failures: 5, openedAt: await store.now()})),
  );
  const url = `sqlite:${cli.folder}/state.db`;
  const {out} = await cli.run('status', '--store', url, '--json');
  const {alerts} = (JSON.parse(out) as {readonly data: StatusReport}).data;
  const next = alerts.find(({kind}) => kind === 'breaker-open')?.next;
  expect(next).toBe(`ratectl reset --store ${url} --breaker provider`);
  const answer = await cli.run(...next!.split(' ').slice(1), '--yes');
  expect([answer.code, answer.out]).toEqual([0, expect.stringContaining('provider · closed')]);
  expect((await cli.run('status', '--json')).out).not.toContain('--store');
});

test.each([
  ['ratectl reset --breaker x', 'ratectl reset --context live --breaker x'],
  ['in 3m: ratectl force-refresh crm', 'in 3m: ratectl force-refresh --context live crm'],
  ['ratectl degrade clear --reason TEXT', 'ratectl degrade clear --context live --reason TEXT'],
  ['who is refused, and why: ratectl degrade', 'who is refused, and why: ratectl degrade --context live'],
  [
    'look for what refreshes so often: ratectl audit',
    'look for what refreshes so often: ratectl audit --context live',
  ],
  ['ratectl token put crm', 'ratectl token put --context live crm'],
  ['ratectl serve --token-manager', 'ratectl serve --token-manager'],
  ['update ratectl', 'update ratectl'],
])('%s', (text, expected) => {
  expect(withStoreFlag(text, sameStoreFlag('redis://h', {context: 'live'}))).toBe(expected);
  expect(withStoreFlag(text, sameStoreFlag('redis://h', {}))).toBe(text);
});

test('a store whose URL cannot be shown whole is a placeholder', () => {
  expect(sameStoreFlag('redis://ada:***@h', {store: 'redis://ada:secret@h'})).toBe('--store URL');
  expect(sameStoreFlag("sqlite:it's.db", {store: "sqlite:it's.db"})).toBe("--store 'sqlite:it'\\''s.db'");
});
