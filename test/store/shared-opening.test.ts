import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test, vi} from 'vitest';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {SharedOpening} from '../../src/store/shared-opening.ts';

test('a store that was closed before anybody needed it is opened by nobody', async () => {
  const open = vi.fn(async () => new MemoryStore({access: 'write'}));
  const opening = new SharedOpening(open);
  await opening.close();
  await expect(opening.opened()).rejects.toThrow(/closed/);
  expect(open).not.toHaveBeenCalled();
});

test('a store whose opening failed before it was closed is not opened again', async () => {
  const open = vi.fn(async () => Promise.reject(new Error('not there')));
  const opening = new SharedOpening(open);
  await expect(opening.opened()).rejects.toThrow('not there');
  await sleep(1_100);
  await opening.close();
  await expect(opening.opened()).rejects.toThrow(/closed/);
  expect(open).toHaveBeenCalledTimes(1);
});
