import {expect, test} from 'vitest';
import {limiterFor, ManualClock, memoryStore, policyWith, SECOND, setOverride} from './support.ts';

test('a provider’s refusal that an operator’s override is kept from is told as nothing, however often it comes', async () => {
  const clock = new ManualClock();
  const store = memoryStore(clock);
  const policy = policyWith({name: 'notion', key: 'notion', rate: '3/s', burst: 3});
  const limiter = await limiterFor({policy, store, clock: clock.read});
  await setOverride(store, {
    ...{limit: 'notion', key: 'notion', until: clock.now + 3_600 * SECOND},
    effect: {kind: 'exempt'},
  });
  const answer = {limit: 'notion', attributes: {}, status: 429, headers: {'retry-after': '30'}};
  for (let i = 0; i < 3; i++) expect(await limiter.observe(answer)).toEqual({kind: 'nothing'});
  await limiter.refreshNow();
  expect(await limiter.check({})).toMatchObject({allowed: true});
});
