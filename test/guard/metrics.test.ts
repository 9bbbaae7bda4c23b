import {expect, test} from 'vitest';
import type {LimitDecision} from '../../src/guard/limit-decision.ts';
import type {NearLimit} from '../../src/guard/limiter-events.ts';
import {limiterFor, ManualClock, memoryStore, PER_IP, policyWith} from './support.ts';

const seriesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

test('requests, refusals, near limits and who decided are counted', async () => {
  const clock = new ManualClock();
  const limiter = await limiterFor({policy: PER_IP, store: memoryStore(clock), clock: clock.read});
  for (let i = 0; i < 5; i++) await limiter.check({ip: 'a'});
  const series = seriesOf(limiter.metrics());
  expect(Object.fromEntries([...series].filter(([name]) => !name.includes('duration')))).toEqual({
    'ratectl_requests_total{limit="per-ip",outcome="allowed"}': 2,
    'ratectl_requests_total{limit="per-ip",outcome="denied"}': 3,
    'ratectl_checks_total{source="store",allowed="true"}': 2,
    'ratectl_checks_total{source="store",allowed="false"}': 1,
    'ratectl_checks_total{source="cache",allowed="false"}': 2,
    'ratectl_near_limit_total{limit="per-ip"}': 1,
    ratectl_store_losses_total: 0,
    ratectl_changes_total: 0,
    ratectl_event_errors_total: 0,
    ratectl_usage_dropped_total: 0,
    ratectl_store_up: 1,
    ratectl_live_overrides: 0,
    ratectl_remembered_refusals: 1,
  });
  expect(series.get('ratectl_check_duration_seconds_count{source="store"}')).toBe(3);
  expect(series.get('ratectl_check_duration_seconds_bucket{source="cache",le="+Inf"}')).toBe(2);
});

test('the text is what Prometheus reads: each family once, its help and type before its samples', async () => {
  const limiter = await limiterFor({policy: PER_IP, store: memoryStore()});
  for (let i = 0; i < 3; i++) await limiter.check({ip: 'a\n"} 1'});
  const text = limiter.metrics();
  const families = [...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name!);
  expect(new Set(families).size).toBe(families.length);
  let family = '';
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+)/.exec(line);
    if (type !== null) family = type[1]!;
    else if (!line.startsWith('# HELP ')) {
      expect(line).toMatch(/^[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? [0-9.e+-]+$/);
      expect(line.startsWith(family)).toBe(true);
    }
  }
  expect(text.endsWith('\n')).toBe(true);
});

test('buckets of the histogram grow to the count', async () => {
  const limiter = await limiterFor({policy: PER_IP, store: memoryStore()});
  for (let i = 0; i < 20; i++) await limiter.check({ip: i});
  const series = seriesOf(limiter.metrics());
  const buckets = [...series]
    .filter(([name]) => name.includes('_bucket{source="store"'))
    .map(([, value]) => value);
  expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
  expect(buckets.at(-1)).toBe(20);
});

test('they can be switched off', async () => {
  const limiter = await limiterFor({policy: PER_IP, store: memoryStore(), metrics: false});
  await limiter.check({ip: 'a'});
  expect(limiter.metrics()).toBe('');
});

test('events tell of refusals and of keys near their limit', async () => {
  const denied: LimitDecision[] = [];
  const near: NearLimit[] = [];
  const limiter = await limiterFor({
    policy: policyWith(
      {name: 'rate', key: '{ip}', rate: '20/h', burst: 20},
      {name: 'slow', key: '{ip}', rate: '100/h', mode: 'shadow'},
    ),
    store: memoryStore(),
    events: {onDenied: (decision) => denied.push(decision), onNearLimit: (key) => near.push(key)},
  });
  await limiter.check({ip: 'a'}, {cost: 18});
  await limiter.check({ip: 'a'});
  await limiter.check({ip: 'a'}, {cost: 2});
  expect(near).toEqual([{limit: 'rate', key: 'a', tier: '', capacity: 20, remaining: 1, shadow: false}]);
  expect(denied.map(({limit, key, source}) => [limit, key, source])).toEqual([['rate', 'a', 'store']]);
});

test('what a function of the user throws does not reach who asked', async () => {
  const clock = new ManualClock();
  const limiter = await limiterFor({
    policy: PER_IP,
    store: memoryStore(clock),
    clock: clock.read,
    events: {
      onDenied: async () => {
        throw new Error('later');
      },
      onNearLimit: () => {
        throw new Error('at once');
      },
    },
  });
  for (let i = 0; i < 3; i++) await limiter.check({ip: 'a'});
  await new Promise((resolve) => setImmediate(resolve));
  expect(limiter.metrics()).toContain('ratectl_event_errors_total 2\n');
});
