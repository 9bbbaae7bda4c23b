import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {StoreGuard} from '../../src/guard/store-guard.ts';
import {Sweeper} from '../../src/guard/sweeper.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {until} from './support.ts';

const guarded = async (store: MemoryStore): Promise<StoreGuard> => {
  const guard = new StoreGuard({
    open: async () => store,
    ownership: 'borrowed',
    timeoutMs: 1_000,
    onLost: () => {},
    onBack: () => {},
    onError: () => {},
  });
  await guard.start();
  return guard;
};

test('of several processes one removes what is out of date, and not again for five minutes', async () => {
  let now = 1_000_000_000;
  let sweeps = 0;
  class Counting extends MemoryStore {
    override async sweep(): Promise<number> {
      sweeps++;
      return super.sweep();
    }
  }
  const store = new Counting({access: 'write', clock: () => now});
  const sweepers = await Promise.all(
    [1, 2, 3].map(async () => new Sweeper({guard: await guarded(store), now: () => now, looksMs: 5})),
  );
  onTestFinished(() => {
    for (const sweeper of sweepers) sweeper.close();
  });
  for (const sweeper of sweepers) sweeper.start();
  await until(() => sweeps > 0);
  await sleep(60);
  expect(sweeps).toBe(1);
  now += 5 * 60 * 1_000_000 + 1;
  await until(() => sweeps > 1);
  await sleep(60);
  expect(sweeps).toBe(2);
});
