import {expect, test} from 'vitest';
import type {ManualMode} from '../../../src/engine/control/degradation.ts';
import {changeMode, seeMode} from '../../../src/operate/degrade/change-mode.ts';
import {clearManualMode, readDegradation, setManualMode} from '../../../src/store/control-document.ts';
import {MINUTE} from '../../support/instants.ts';
import {LiveState, NOON} from '../live-state.ts';

const manual = (more: Partial<ManualMode> = {}): ManualMode => ({
  mode: 'shed-low',
  by: 'ada@desk',
  reason: 'x',
  at: NOON,
  until: NOON + 30 * MINUTE,
  ...more,
});
const drift = {code: 'degrade/drift', exit: 4};

test('puts a mode in place of what was seen, and leaves what the rule says alone', async () => {
  const {store} = new LiveState();
  await changeMode(store, await seeMode(store), manual());
  expect((await readDegradation(store)).manual).toEqual(manual());
  await changeMode(store, await seeMode(store), undefined);
  expect(await readDegradation(store)).not.toHaveProperty('manual');
});

test.each([
  ['set one', undefined, 'essential-only'],
  ['set another one', 'closed', 'essential-only'],
  ['cleared it', 'closed', undefined],
] as const)('when somebody else %s meanwhile it stays so, and that is said', async (_, before, meanwhile) => {
  const {store} = new LiveState();
  if (before !== undefined) await setManualMode(store, {mode: before, by: 'bob', reason: 'y'});
  const seen = await seeMode(store);
  if (meanwhile === undefined) await clearManualMode(store);
  else await setManualMode(store, {mode: meanwhile, by: 'bob', reason: 'z'});
  await expect(changeMode(store, seen, manual())).rejects.toMatchObject(drift);
  expect((await readDegradation(store)).manual?.mode).toBe(meanwhile);
});

test('one that ended meanwhile is no drift', async () => {
  const state = new LiveState();
  await setManualMode(state.store, {mode: 'closed', by: 'bob', reason: 'y', lasts: MINUTE});
  const seen = await seeMode(state.store);
  expect(seen.manual?.mode).toBe('closed');
  state.now += 2 * MINUTE;
  await changeMode(state.store, seen, manual());
  expect((await readDegradation(state.store)).manual?.mode).toBe('shed-low');
});
