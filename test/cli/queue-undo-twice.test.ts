import {randomUUID} from 'node:crypto';
import {expect, inject, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {enqueue, TOKEN_POLICY} from '../operate/section-state.ts';
import {liveCli} from './live-cli.ts';

const ITEMS = 2_000;

test('several operators who undo the same drain at the same time put no item back twice', {
  timeout: 60_000,
}, async () => {
  const url = `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`;
  const cli = liveCli({RATECTL_STORE: url}, {'ratectl.yaml': TOKEN_POLICY});
  const withStore = async <T>(use: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore(parseStoreUrl(url, {name: 'test'}), {access: 'write'});
    return use(store).finally(() => store.close());
  };
  const waiting = () =>
    withStore(async (store) =>
      (await store.items('calls', 'waiting', 4 * ITEMS)).map(({payload}) => payload),
    );
  await withStore((store) =>
    enqueue(
      store,
      'calls',
      Array.from({length: ITEMS}, (_, n) => ['normal', n] as const),
    ),
  );
  const drain = ['reset', '--queue', 'calls', '--yes', '--reason', 'x', '--receipt', 'r.jsonl'];
  expect((await cli.run(...drain)).code).toBe(0);
  const undo = () => cli.run('reset', '--undo', 'r.jsonl', '--yes', '--reason', 'x');
  const answers = await Promise.all([undo(), undo(), undo()]);
  expect(answers.map(({code}) => code).sort()).toEqual([0, 4, 4]);
  for (const {err} of answers.filter(({code}) => code === 4))
    expect(err).toContain('0 items are to be put back by now, and not 2,000: somebody else did meanwhile');
  const back = await waiting();
  expect(back).toHaveLength(ITEMS);
  expect(new Set(back).size).toBe(ITEMS);
  expect((await undo()).code).toBe(0);
  expect(await waiting()).toHaveLength(ITEMS);
});
