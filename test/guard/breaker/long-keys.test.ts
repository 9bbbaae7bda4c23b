import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, onTestFinished, test} from 'vitest';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

test('identities with long keys are told apart, and are remembered without all of their keys', async () => {
  const protection = await createProtection({
    policy: {
      version: 1,
      limits: [{name: 'all', key: 'all', rate: '1/h'}],
      breakers: {abuse: {key: '{key}', counts: 'refusals', failures: 2, rate: 'none'}},
    },
    store: 'memory:',
  });
  onTestFinished(() => protection.close());
  const ask = (i: number): ReturnType<typeof protection.check> =>
    protection.check({key: `${'x'.repeat(100_000)}${i}`});
  await (await ask(0)).release();
  const before = heapBytes();
  for (let i = 1; i <= 300; i++) expect(await ask(i)).toMatchObject({allowed: false, scope: 'rate'});
  expect(heapBytes() - before).toBeLessThan(10_000_000);
  expect(await ask(1)).toMatchObject({allowed: false, scope: 'rate'});
  expect(await ask(1)).toMatchObject({allowed: false, scope: 'breaker', limit: 'abuse'});
  expect(await ask(2)).toMatchObject({allowed: false, scope: 'rate'});
});
