import {expect, test} from 'vitest';
import {createRetry} from '../../../src/guard/retry/create-retry.ts';

const broken = Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'});

/** Tries once, is held up beyond the deadline while it waits, and gives up. */
const heldUp = async (fn: () => unknown) => {
  const gaveUp: string[] = [];
  const retry = createRetry({
    ...{firstMs: 60, random: () => 0.99},
    events: {onGaveUp: ({why}) => gaveUp.push(why)},
  });
  let calls = 0;
  const run = retry.run(
    () => {
      calls++;
      return fn();
    },
    {deadlineMs: 300},
  );
  setTimeout(() => {
    const until = performance.now() + 400;
    while (performance.now() < until);
  }, 1);
  const result = await run.catch((thrown: unknown) => thrown);
  expect(calls).toBe(1);
  expect(gaveUp).toEqual(['deadline']);
  return result;
};

test('a process that is held up during a wait tries nothing after the deadline', async () => {
  const fail = () => {
    throw broken;
  };
  expect(await heldUp(fail)).toMatchObject({isRetryError: true, why: 'deadline', attempts: 1, cause: broken});
});

test('and gives back what it was answered, as long as there is something to read in it', async () => {
  expect(await heldUp(() => ({status: 503}))).toEqual({status: 503});
  expect(await heldUp(() => new Response('busy', {status: 503}))).toMatchObject({
    why: 'deadline',
    cause: {name: 'TimeoutError', message: 'answered 503, and the deadline passed'},
  });
});
