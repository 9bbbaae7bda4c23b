import {expect, test} from 'vitest';
import {MS} from '../../support/instants.ts';
import {setClock} from '../process-time.ts';
import {memoryStore, until} from '../support.ts';
import {instances, SPEC, waitingIn} from './pool-support.ts';

test('who was held up for so long that others took it for dead waits again, also when it asks for something else first', async () => {
  const setForward = setClock();
  const [one, other] = await instances({store: memoryStore()}, 2, {spec: {...SPEC, max: 1}});
  const held = await other!.acquire();
  const waiting = one!.acquire({priority: 1}).then(
    (slot) => slot.release().then(() => 'granted'),
    ({reason}: {reason: string}) => reason,
  );
  await until(async () => (await waitingIn(one!)) === 1);
  // Held up for longer than the dead are waited for; the other one looks first.
  setForward(5_500 * MS);
  expect(await other!.tryAcquire()).toBeUndefined();
  expect(await waitingIn(other!)).toBe(0);
  const another = one!.acquire({priority: 1}).then((slot) => slot.release());
  await until(async () => (await waitingIn(other!)) > 0);
  await held.release();
  await another;
  expect(await waiting).toBe('granted');
});
