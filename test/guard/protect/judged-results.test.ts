import {expect, onTestFinished, test} from 'vitest';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';
import type {Protection} from '../../../src/guard/protect/protection.ts';

/** One slot, and no queue: whatever keeps it refuses the next one. */
const protect = async (): Promise<Protection> => {
  const protection = await createProtection({
    policy: {
      version: 1,
      limits: [{name: 'all', key: 'all', rate: '1000/s'}],
      concurrency: {work: {max: 1, queue: 0}},
    },
    store: 'memory:',
  });
  onTestFinished(() => protection.close());
  return protection;
};

const throws = (): never => {
  throw new TypeError('no such property');
};

test('a function that throws about an error keeps neither the error nor the slot, and counts as a failure', async () => {
  const protection = await protect();
  for (let i = 0; i < 2; i++)
    await expect(
      protection.run({}, () => Promise.reject(new Error('of the work')), {isError: throws}),
    ).rejects.toThrow('of the work');
  const {performance} = await protection.metrics();
  expect(performance).toMatchObject({failed: 2, running: 0});
});

test('a function that throws about a result keeps neither the result nor the slot, and counts as a failure', async () => {
  const protection = await protect();
  for (let i = 0; i < 2; i++)
    expect(await protection.run({}, () => 'result', {isFailure: throws})).toBe('result');
  const {performance} = await protection.metrics();
  expect(performance).toMatchObject({failed: 2, running: 0});
});
