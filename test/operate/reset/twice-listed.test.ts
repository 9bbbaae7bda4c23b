/** Redis may name a key twice while a listing goes on, and so may a plan of it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planJob} from '../../../src/operate/reset/plan-job.ts';
import {readRowFile} from '../../../src/operate/reset/read-row-file.ts';
import {PLAN_SCHEMA} from '../../../src/operate/reset/row-file-header.ts';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {undoJob} from '../../../src/operate/reset/undo-job.ts';
import {writePlan} from '../../../src/operate/reset/write-plan.ts';
import type {Store} from '../../../src/store/port.ts';
import {
  addressOf,
  contentOf,
  fill,
  folder,
  HEADER,
  memoryStore,
  NOW,
  perform,
  receiptAt,
  rowOf,
  withChange,
} from './stores.ts';

const A = addressOf('per-ip', 'a');
const B = addressOf('per-ip', 'b');

/** A plan of both keys that names the first one again at its end. */
const planned = async (store: Store): Promise<string> => {
  const path = join(folder(), 'p');
  const job = selectorJob({kind: 'all'}, {store, policy: undefined});
  await writePlan(job, path, {...HEADER, schema: PLAN_SCHEMA}, (name) => name);
  const [header, a, b, end] = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${[header, a, b, a, end].join('\n')}\n`);
  return path;
};

const apply = async (path: string, store: Store): Promise<number> =>
  (await perform(planJob(readRowFile(path, path, PLAN_SCHEMA), path, store), store, `${path}r`)).keys;

const undo = async (path: string, store: Store): Promise<number> => {
  const job = undoJob(receiptAt(`${path}r`), {store, path, now: NOW, inUse: 'leave'});
  return (await perform(job, store, `${path}u`)).keys;
};

test('a key that a plan names twice is reset once, and the undo brings it back', async () => {
  const store = memoryStore();
  await fill(store, [rowOf(A, 1), rowOf(B, 2)]);
  const before = await contentOf(store);
  const path = await planned(store);
  expect(await apply(path, store)).toBe(2);
  expect((await contentOf(store)).size).toBe(0);
  expect(await undo(path, store)).toBe(2);
  expect(await contentOf(store)).toEqual(before);
});

test('what somebody else took away both times stays away', async () => {
  const store = memoryStore();
  await fill(store, [rowOf(A, 1), rowOf(B, 2)]);
  const path = await planned(store);
  const noisy = withChange(store, async (changes) => {
    await store.change([{address: A, expected: 'any', next: undefined}]);
    return store.change(changes);
  });
  expect(await apply(path, noisy)).toBe(1);
  expect(await undo(path, store)).toBe(1);
  expect([...(await contentOf(store)).keys()]).toEqual(['["per-ip","b",""]']);
});
