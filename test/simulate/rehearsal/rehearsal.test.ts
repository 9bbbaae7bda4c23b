import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {PlainRequest} from '../../../src/trace/batch-of.ts';
import type {RehearsedSide, RehearsedSlot} from '../../../src/view/model/rehearsal-report.ts';
import {cpuMsOf} from '../../support/in-time.ts';
import {poisson, rehearse, SECOND} from './support.ts';

const MS = 1_000;
const POOL = 'concurrency:\n  api: { max: 10, queue: 20, wait: 500ms }\n';

const refusedOf = ({refused}: Pick<RehearsedSide, 'refused'>): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

const accounted = (side: RehearsedSide): number => side.good + side.late + side.failed + refusedOf(side);

describe('one request after another', () => {
  test('takes as long as its trace says, and is answered', () => {
    const {rehearsal, totals} = rehearse([
      {t: 0, key: 'a', hold: 20 * MS},
      {t: SECOND, key: 'a', hold: 40 * MS},
    ]);
    expect(rehearsal.protected).toMatchObject({arrivals: 2, good: 2, late: 0, failed: 0, busy: null});
    expect(rehearsal.protected.latencyMs).toEqual({mean: 30, p50: 20.095, p90: 40, p99: 40, max: 40});
    expect(rehearsal.protected.goodput).toBeCloseTo(2 / 1.04, 9);
    expect(totals).toMatchObject({allowed: 2, denied: 0, unlimited: 2});
  });

  test('a server of one place works on them in their order', () => {
    const {rehearsal} = rehearse(
      [0, 0, 0].map((t) => ({t, key: 'a'})),
      {server: {capacity: '1', serviceTime: '100ms'}},
    );
    expect(rehearsal.protected.latencyMs).toMatchObject({mean: 200, max: 300});
    expect(rehearsal.protected).toMatchObject({longestBacklog: 2, busy: 1, good: 3, goodput: 10});
  });

  test('an answer at the deadline is good, one a microsecond later is late', () => {
    const requests = [{t: 0, key: 'a', hold: SECOND}];
    expect(rehearse(requests, {server: {deadline: '1s'}}).rehearsal.protected).toMatchObject({
      good: 1,
      late: 0,
    });
    expect(rehearse(requests, {server: {deadline: '999999us'}}).rehearsal.protected).toMatchObject({
      good: 0,
      late: 1,
      goodput: 0,
    });
  });

  test('the server works on what nobody waits for any more', () => {
    const {rehearsal} = rehearse(
      [0, 0, 0, 0].map((t) => ({t, key: 'a'})),
      {server: {capacity: '1', serviceTime: '100ms', deadline: '250ms'}},
    );
    expect(rehearsal.protected).toMatchObject({good: 2, late: 2, busy: 1});
    expect(rehearsal.protected.latencyMs!.max).toBe(400);
  });

  test('a status of 500 and more is a failure, others are answers', () => {
    const {rehearsal} = rehearse([200, 404, 499, 500, 503, 599].map((status, t) => ({t, key: 'a', status})));
    expect(rehearsal.protected).toMatchObject({good: 3, failed: 3});
  });

  test('an empty trace has nothing to tell', () => {
    const {rehearsal} = rehearse([]);
    expect(rehearsal.protected).toMatchObject({arrivals: 0, goodput: 0, goodShare: 0, latencyMs: null});
    expect(rehearsal.series.buckets).toEqual([]);
  });
});

describe('pools', () => {
  test('let so many through at once, queue so many, and refuse the rest at once', () => {
    const {rehearsal, totals} = rehearse(
      Array.from({length: 40}, () => ({t: 0, key: 'a'})),
      {policy: POOL, server: {serviceTime: '100ms'}},
    );
    expect(rehearsal.protected).toMatchObject({good: 30, longestQueue: 20, refused: {queueFull: 10}});
    expect(rehearsal.protected.latencyMs!.max).toBe(300);
    expect(totals).toMatchObject({allowed: 30, denied: 10});
    expect(rehearsal.series.buckets[0]!.protected).toMatchObject({queue: 20, inFlight: 10});
  });

  test('refuse who waited for too long, at the end of the wait', () => {
    const {rehearsal} = rehearse(
      Array.from({length: 25}, () => ({t: 0, key: 'a'})),
      {policy: POOL, server: {serviceTime: '400ms'}},
    );
    expect(rehearsal.protected).toMatchObject({good: 20, refused: {queueTimeout: 5, queueFull: 0}});
    expect(
      rehearsal.series.buckets.find(({t}) => t.endsWith('00.500Z'))!.protected.refused.queueTimeout,
    ).toBe(5);
  });

  test('a client that gives up leaves the queue, and never reaches the server', () => {
    const {rehearsal} = rehearse(
      Array.from({length: 20}, () => ({t: 0, key: 'a'})),
      {policy: POOL, server: {serviceTime: '400ms', deadline: '300ms'}},
    );
    expect(rehearsal.protected).toMatchObject({good: 0, late: 20});
    expect(rehearsal.protected.latencyMs!.max).toBe(400);
  });

  test('a client has no more than its share of the slots', () => {
    const policy = 'concurrency:\n  api: { max: 10, key: "{tenant}", maxPerKey: 2, queue: 0, wait: 1s }\n';
    const requests = ['a', 'a', 'a', 'a', 'b', 'b', 'b'].map((tenant) => ({t: 0, tenant}));
    const {rehearsal} = rehearse(requests, {policy, server: {serviceTime: '1s'}});
    expect(rehearsal.protected).toMatchObject({good: 4, refused: {queueFull: 3}});
  });

  test('one after the other: a slot is held while the request waits for the next one', () => {
    const policy =
      'concurrency:\n  all: { max: 3, queue: 0, wait: 1s }\n  reports: { max: 1, queue: 5, wait: 10s, when: { path: /r } }\n';
    const requests = ['/r', '/r', '/r', '/x'].map((path) => ({t: 0, path}));
    const {rehearsal} = rehearse(requests, {policy, server: {serviceTime: '1s'}});
    expect(rehearsal.protected).toMatchObject({good: 3, refused: {queueFull: 1}});
    expect(rehearsal.protected.latencyMs!.max).toBe(3_000);
  });
});

describe('a client that gives up while the server works on its request', () => {
  test('frees its slot, as the connection closes, and the server works on all the same', () => {
    const policy = 'concurrency:\n  api: { max: 1, queue: 0, wait: 1s }\n';
    const requests = [0, 200, 600].map((ms) => ({t: ms * MS, key: 'a'}));
    const {rehearsal} = rehearse(requests, {policy, server: {serviceTime: '1s', deadline: '500ms'}});
    expect(rehearsal.protected).toMatchObject({late: 2, refused: {queueFull: 1}});
    expect(Math.max(...rehearsal.series.buckets.map((bucket) => bucket.protected.inFlight))).toBe(2);
  });

  test('says nothing to breakers', () => {
    const policy = 'breakers:\n  all: { when: { key: "*" }, failures: 1, recovery: 1m }\n';
    const requests = [0, 0].map((t) => ({t, key: 'a', status: 503, hold: SECOND}));
    expect(rehearse(requests, {policy, server: {deadline: '500ms'}}).rehearsal.transitions.count).toBe(0);
    expect(rehearse(requests, {policy}).rehearsal.transitions.count).toBe(1);
  });
});

describe('a leaky bucket with a delay', () => {
  const policy = 'limits: [{ name: calm, key: all, algorithm: leaky-bucket, rate: 1/s, burst: 5, delay: 0 }]';
  const requests = [0, 0, 0].map((t) => ({t, key: 'a', hold: MS}));

  test('holds requests back before they reach the server', () => {
    const {rehearsal, totals} = rehearse(requests, {policy});
    expect(totals.delayed).toBe(2);
    expect(rehearsal.protected.latencyMs!.max).toBe(2_001);
  });

  test('a client that gives up meanwhile never reaches it', () => {
    const {rehearsal} = rehearse(requests, {policy, server: {deadline: '1500ms'}});
    expect(rehearsal.protected).toMatchObject({good: 2, late: 1});
    expect(rehearsal.protected.latencyMs!.max).toBe(1_001);
  });
});

describe('an overload of three times the capacity', () => {
  const server = {capacity: '10', serviceTime: 'exp(50ms)', deadline: '1s'};
  const rush = poisson(600, 30);

  test('leaves next to nothing of the goodput without protection', () => {
    const {unprotected} = rehearse(rush, {policy: POOL, server}).rehearsal;
    expect(unprotected!.goodput).toBeLessThan(12);
    expect(unprotected!.latencyMs!.p50).toBeGreaterThan(20_000);
    expect(unprotected!.busy).toBeGreaterThan(0.99);
  });

  test('goes on near the capacity behind a pool', () => {
    const side = rehearse(rush, {policy: POOL, server}).rehearsal.protected;
    expect(side.goodput).toBeGreaterThan(0.95 * 200);
    expect(side.goodput).toBeLessThan(1.05 * 200);
    expect(side.latencyMs!.p99).toBeLessThan(600);
    expect(side.late).toBe(0);
  });

  test('rate limits below the capacity do as well', () => {
    const policy = 'limits: [{ name: all, key: all, rate: 190/s, burst: 10 }]';
    const {rehearsal, limits, totals} = rehearse(rush, {policy, server});
    expect(rehearsal.protected.goodput).toBeGreaterThan(0.95 * 190);
    expect(rehearsal.protected.refused.limit).toBe(totals.denied);
    expect(limits[0]).toMatchObject({name: 'all', requests: rush.length, denied: totals.denied, keys: 1});
  });
});

describe('breakers', () => {
  const policy = 'breakers:\n  upstream: { when: { path: "/pay*" }, failures: 3, recovery: 2s, probes: 1 }\n';
  const requests = Array.from({length: 100}, (_, i) => ({
    t: (i * SECOND) / 10,
    path: i % 2 === 0 ? '/pay/1' : '/x',
    hold: 10 * MS,
    status: i >= 20 && i < 50 && i % 2 === 0 ? 503 : 200,
  }));

  test('open after failures, let a probe through, and close when it succeeds, in virtual time', () => {
    const {rehearsal} = rehearse(requests, {policy});
    const {first, count} = rehearsal.transitions;
    expect(first.map(({t, name, from, to, why}) => [t.slice(17, 23), name, from, to, why])).toEqual([
      ['02.410', 'upstream', 'closed', 'open', '3 failures in a row'],
      ['04.600', 'upstream', 'open', 'half-open', 'open for 2s'],
      ['04.610', 'upstream', 'half-open', 'open', 'a probe failed'],
      ['06.800', 'upstream', 'open', 'half-open', 'open for 2s'],
      ['06.810', 'upstream', 'half-open', 'closed', 'the probe succeeded'],
    ]);
    expect(count).toBe(5);
    expect(rehearsal.protected).toMatchObject({failed: 4, refused: {breaker: 20}});
    expect(rehearsal.unprotected).toMatchObject({failed: 15, refused: {breaker: 0}});
    const open = rehearsal.series.buckets.filter((bucket) => bucket.protected.openBreakers > 0);
    expect(open[0]!.t).toContain(':02.4');
    expect(open.at(-1)!.t).toContain(':06.8');
  });

  test('per identity count what limits refuse', () => {
    const abuse =
      'limits: [{ name: per-key, key: "{key}", rate: 1/s, burst: 1 }]\nbreakers:\n  abuse: { key: "{key}", counts: refusals, failures: 5, recovery: 1m }\n';
    const flood = Array.from({length: 20}, (_, i) => ({t: i * MS, key: 'flood'}));
    const {rehearsal} = rehearse([...flood, {t: 30 * MS, key: 'calm'}], {policy: abuse});
    expect(rehearsal.protected).toMatchObject({good: 2, refused: {limit: 5, breaker: 14}});
    expect(rehearsal.transitions.first).toMatchObject([
      {kind: 'breaker', name: 'abuse', key: 'flood', from: 'closed', to: 'open', why: '5 refusals in a row'},
    ]);
  });

  test('open when too large a share fails, and say how large', () => {
    const rate =
      'breakers:\n  all: { when: { key: "*" }, failures: 100, rate: 50%, minimumCalls: 10, window: 1m, recovery: 1m }\n';
    const half = Array.from({length: 12}, (_, i) => ({
      t: i * SECOND,
      key: 'a',
      status: i % 2 === 0 ? 200 : 503,
    }));
    const {rehearsal} = rehearse(half, {policy: rate});
    expect(rehearsal.transitions.first).toMatchObject([{to: 'open', why: '5 failures of 10 requests'}]);
    expect(rehearsal.protected.refused.breaker).toBe(2);
  });

  test('a probe that limits refuse gives its place back', () => {
    const both = `limits: [{ name: few, key: all, rate: 1/5s, burst: 4 }]\n${policy}`;
    const {rehearsal} = rehearse(requests, {policy: both});
    expect(rehearsal.protected.refused.limit).toBeGreaterThan(0);
    expect(accounted(rehearsal.protected)).toBe(100);
  });
});

describe('adaptive control', () => {
  const policy =
    'concurrency:\n  api: { max: 100, queue: 0, wait: 1s }\nadaptive:\n  protect: { concurrency: [api], controller: { aimd: { decrease: 0.5, increase: 10% } }, every: 1s, signals: { responseTime: 100ms }, floor: 10% }\n';

  test('shrinks the pool while answers are slow, and gives it back afterwards', () => {
    const busy = poisson(600, 20, () => ({hold: 50 * MS}));
    const calm = poisson(20, 30).map((request) => ({...request, t: request.t + 20 * SECOND, hold: 50 * MS}));
    const {rehearsal} = rehearse([...busy, ...calm], {policy, server: {capacity: '10'}});
    const shares = rehearsal.series.buckets.map((bucket) => bucket.protected.shares['protect']!);
    expect(Math.min(...shares)).toBeLessThanOrEqual(0.25);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.1);
    expect(shares[0]).toBe(1);
    expect(shares.at(-1)).toBe(1);
    const steady = rehearsal.series.buckets
      .slice(8, 19)
      .map((bucket) => bucket.protected.inFlight + bucket.protected.backlog);
    expect(Math.max(...steady)).toBeLessThan(60);
  });

  test('CPU is the busy share of the capacity; limits shrink with their share', () => {
    const byCpu =
      'limits: [{ name: all, key: all, rate: 1000/s, burst: 100 }]\nadaptive:\n  protect: { limits: [all], controller: aimd, every: 1s, signals: { cpu: 50% }, floor: 10% }\n';
    const {rehearsal} = rehearse(poisson(400, 40), {
      policy: byCpu,
      server: {capacity: '10', serviceTime: '50ms'},
    });
    const {shares} = rehearsal.series.buckets.at(-3)!.protected;
    expect(shares['protect']).toBeLessThan(0.3);
    expect(rehearsal.protected.refused.limit).toBeGreaterThan(0);
  });

  test('sleeps through the pauses of a trace: a year of silence takes no time', async () => {
    const year = 365 * 86_400 * SECOND;
    const cost = await cpuMsOf(() => {
      const {rehearsal} = rehearse(
        [
          {t: 0, key: 'a', hold: 10 * MS},
          {t: year, key: 'a', hold: 10 * MS},
        ],
        {policy},
      );
      expect(rehearsal.protected.good).toBe(2);
    });
    expect(cost).toBeLessThan(2_000);
  });

  test('and so does a request that takes a year', async () => {
    const both = `${policy}degradation: { signals: { cpu: 50% }, every: 1s }\n`;
    const year = 365 * 86_400 * SECOND;
    const cost = await cpuMsOf(() => {
      const {rehearsal} = rehearse([{t: 0, key: 'a', hold: year}], {policy: both, server: {capacity: '2'}});
      expect(rehearsal.protected).toMatchObject({good: 1, busy: 0.5});
    });
    expect(cost).toBeLessThan(2_000);
  });
});

describe('degradation', () => {
  const policy = `priorities:
  essential: { path: /checkout }
  normal: {}
  low: { path: /report }
limits:
  - { name: essential, key: all, rate: 100000/s, when: { path: /checkout } }
  - { name: normal, key: all, rate: 100000/s, when: { path: / } }
  - { name: low, key: all, rate: 100000/s, when: { path: /report } }
degradation: { signals: { responseTime: 300ms }, every: 500ms, enter: { shed-low: 100%, essential-only: 300%, closed: 1000% }, leave: 80%, after: 1s, hold: 2s }
`;
  const paths = ['/checkout', '/', '/report'];
  const rush = poisson(280, 40, (i) => ({path: paths[i % 3]!}));
  const server = {capacity: '10', serviceTime: 'exp(50ms)'};

  test('sheds the low class first, and serves all again when the rush is over', () => {
    const calm = poisson(20, 40, () => ({path: '/report'})).map((one) => ({...one, t: one.t + 40 * SECOND}));
    const {rehearsal, limits} = rehearse([...rush, ...calm], {policy, server});
    const modes = rehearsal.transitions.first.filter(({kind}) => kind === 'mode');
    expect(modes[0]).toMatchObject({name: 'degradation', from: 'normal', to: 'shed-low'});
    expect(modes[0]!.why).toMatch(/^response time at \d+% of its target$/);
    expect(modes.at(-1)).toMatchObject({from: 'shed-low', to: 'normal'});
    const [essential, normal, low] = limits.map(({requests}) => requests);
    const perClass = Math.floor(rush.length / 3);
    expect(essential).toBeGreaterThanOrEqual(perClass);
    expect(normal).toBeGreaterThan(low! - calm.length);
    expect(low! - calm.length).toBeLessThan(0.8 * perClass);
    expect(rehearsal.protected.latencyMs!.p50).toBeLessThan(0.5 * rehearsal.unprotected!.latencyMs!.p50);
    expect(rehearsal.series.buckets.some((bucket) => bucket.protected.mode === 'shed-low')).toBe(true);
  });

  test('a request that names its class itself is taken at its word', () => {
    const named = rush.map((request) => ({
      ...request,
      priority: request['path'] === '/report' ? 'essential' : 'low',
    }));
    const [essential, , low] = rehearse(named, {policy, server}).limits.map(({requests}) => requests);
    expect(low).toBeGreaterThanOrEqual(Math.floor(rush.length / 3));
    expect(essential).toBeLessThan(0.8 * low!);
  });
});

describe('behaviour', () => {
  const policy = `limits:
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    tiers: { free: { rate: 2/s, burst: 2 }, pro: { rate: 20/s, burst: 20 } }
behaviour:
  plan: { ladder: [free, pro], window: 1m, promote: 0.9, demote: 0.4, demoteTo: next, minimumRequests: 20 }
`;

  test('a flood that does not wait goes down a tier, a steady client goes up', () => {
    const flood = Array.from({length: 3_000}, (_, i) => ({t: i * 10 * MS, tenant: 'flood', plan: 'pro'}));
    const steady = Array.from({length: 60}, (_, i) => ({
      t: i * 500 * MS + 3,
      tenant: 'steady',
      plan: 'free',
    }));
    const requests = [...flood, ...steady].sort((a, b) => a.t - b.t);
    const {rehearsal, limits} = rehearse(requests, {policy});
    const moves = rehearsal.transitions.first.filter(({kind}) => kind === 'tier');
    expect(moves).toContainEqual(
      expect.objectContaining({
        name: 'plan',
        key: 'flood',
        from: 'pro',
        to: 'free',
        why: expect.stringMatching(/^score 0\.\d\d from \d+ requests$/),
      }),
    );
    expect(moves).toContainEqual(expect.objectContaining({key: 'steady', from: 'free', to: 'pro'}));
    expect(limits[0]!.top[0]!.key).toBe('flood (free)');
  });

  test('is not known from requests that another limit refused', () => {
    const beside = policy.replace(
      'behaviour:',
      '  - { name: site, key: all, rate: 1/s, burst: 1 }\nbehaviour:',
    );
    const requests = Array.from({length: 60}, (_, i) => ({t: i * 500 * MS + 3, tenant: 'a', plan: 'free'}));
    const movesBehind = (text: string): number =>
      rehearse(requests, {policy: text}).rehearsal.transitions.first.filter(({kind}) => kind === 'tier')
        .length;
    expect(movesBehind(policy.replace('minimumRequests: 20', 'minimumRequests: 40'))).toBe(1);
    expect(movesBehind(beside.replace('minimumRequests: 20', 'minimumRequests: 40'))).toBe(0);
  });
});

describe('limits of slots', () => {
  test('of algorithm concurrency are given back when the work is done, however long it took', () => {
    const policy = 'limits: [{ name: slots, key: "{key}", algorithm: concurrency, max: 2, timeout: 1h }]';
    const requests = [0, 0, 0, 1_500, 1_500].map((ms) => ({t: ms * MS, key: 'a'}));
    const {rehearsal} = rehearse(requests, {policy, server: {serviceTime: '1s'}});
    expect(rehearsal.protected).toMatchObject({good: 4, refused: {limit: 1}});
  });

  test('go on counting when their share changes', () => {
    const policy =
      'limits: [{ name: slots, key: all, algorithm: concurrency, max: 50, timeout: 1h }]\nadaptive:\n  protect: { limits: [slots], controller: aimd, every: 1s, signals: { responseTime: 100ms }, floor: 10% }\n';
    const {rehearsal} = rehearse(poisson(400, 20), {policy, server: {capacity: '10', serviceTime: '50ms'}});
    expect(accounted(rehearsal.protected)).toBe(rehearsal.protected.arrivals);
    const busiest = rehearsal.series.buckets
      .slice(0, -1)
      .map(({protected: slot}) => slot.inFlight + slot.backlog);
    expect(Math.max(...busiest)).toBeLessThanOrEqual(51);
  });
});

describe('with another policy to compare with', () => {
  test('both see the same requests take the same time, and flips are counted', () => {
    const {rehearsal, diff} = rehearse(poisson(600, 5), {
      policy: POOL,
      against: 'concurrency:\n  api: { max: 5, queue: 20, wait: 500ms }\n',
      server: {capacity: '10', serviceTime: 'exp(50ms)'},
    });
    expect(rehearsal.unprotected).toBeUndefined();
    expect(rehearsal.against!.goodput).toBeLessThan(0.6 * rehearsal.protected.goodput);
    expect(diff!.before.denied).toBe(refusedOf(rehearsal.against!));
    expect(diff!.denyToAllow).toBeGreaterThan(0);
    expect(diff!.before.allowed + diff!.before.denied).toBe(rehearsal.protected.arrivals);
  });

  test('a policy against itself flips nothing', () => {
    const {rehearsal, diff} = rehearse(poisson(600, 5), {
      policy: POOL,
      against: POOL,
      server: {capacity: '10', serviceTime: 'exp(50ms)'},
    });
    expect(diff).toMatchObject({allowToDeny: 0, denyToAllow: 0});
    expect(rehearsal.against).toEqual(rehearsal.protected);
  });
});

const anyRequests: fc.Arbitrary<readonly PlainRequest[]> = fc
  .array(
    fc.record({
      gap: fc.integer({min: 0, max: 200 * MS}),
      hold: fc.integer({min: 0, max: 900 * MS}),
      status: fc.constantFrom(200, 500),
      tenant: fc.constantFrom('a', 'b', ''),
      path: fc.constantFrom('/pay', '/report', '/'),
    }),
    {maxLength: 120},
  )
  .map((gaps) => {
    let t = 0;
    return gaps.map(({gap, ...request}) => {
      t += gap;
      return {...request, t, key: request.tenant};
    });
  });

const EVERYTHING = `priorities: { first: { path: /pay }, rest: {} }
limits: [{ name: per-tenant, key: "{tenant}", rate: 5/s, burst: 8 }]
concurrency:
  api: { max: 3, key: "{tenant}", maxPerKey: 2, queue: 4, wait: 300ms, order: adaptive-lifo }
breakers:
  pay: { when: { path: /pay }, failures: 2, recovery: 500ms }
  abuse: { key: "{tenant}", counts: refusals, failures: 4, recovery: 1s }
adaptive:
  protect: { limits: [per-tenant], concurrency: [api], controller: gradient, every: 200ms, signals: { responseTime: 200ms, cpu: 80% }, floor: 30% }
degradation: { signals: { responseTime: 200ms }, every: 200ms, enter: { shed-low: 100%, essential-only: 150%, closed: 300% }, leave: 80%, after: 400ms, hold: 600ms }
`;

describe('whatever comes', () => {
  test('every request ends in exactly one way, on both sides, in totals and over time', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(anyRequests, fc.constantFrom('1', '3', '50'), fc.boolean(), (requests, capacity, gives) => {
        const server = {capacity, ...(gives ? {deadline: '400ms'} : {})};
        const {rehearsal, totals, series} = rehearse(requests, {policy: EVERYTHING, server});
        const {protected: side, unprotected} = rehearsal;
        expect([accounted(side), accounted(unprotected!)]).toEqual([requests.length, requests.length]);
        expect(totals.allowed + totals.denied).toBe(requests.length);
        expect(totals.denied).toBe(refusedOf(side));
        expect(series.buckets.reduce((sum, {denied}) => sum + denied, 0)).toBe(totals.denied);
        const sum = (of: (slot: RehearsedSlot) => number): number =>
          rehearsal.series.buckets.reduce((all, bucket) => all + of(bucket.protected), 0);
        expect([
          sum(({good}) => good),
          sum(({late}) => late),
          sum(({failed}) => failed),
          sum(refusedOf),
        ]).toEqual([side.good, side.late, side.failed, refusedOf(side)]);
        expect(rehearsal.series.buckets.length).toBeLessThanOrEqual(120);
        expect(rehearsal.series.buckets.reduce((all, {arrivals}) => all + arrivals, 0)).toBe(requests.length);
      }),
      {numRuns: 300},
    );
  });

  test('the same input gives the same report, another seed another one', () => {
    const requests = poisson(200, 10, (i) => ({
      tenant: i % 2 === 0 ? 'a' : 'b',
      path: i % 5 === 0 ? '/pay' : '/',
    }));
    const run = (seed: string) =>
      JSON.stringify(
        rehearse(requests, {
          policy: EVERYTHING,
          server: {capacity: '5', serviceTime: 'lognormal(20ms,200ms)', seed},
        }),
      );
    expect(run('1')).toBe(run('1'));
    expect(run('1')).not.toBe(run('2'));
  });

  test('requests of one instant come in the order of the trace', () => {
    const requests = ['a', 'b', 'c'].map((key) => ({t: 0, key, hold: MS}));
    const policy =
      'limits: [{ name: all, key: all, rate: 1/m, burst: 2 }]\nconcurrency: { api: { max: 1, queue: 9, wait: 1s } }';
    const {limits, rehearsal} = rehearse(requests, {policy});
    expect(limits[0]).toMatchObject({allowed: 2, denied: 1});
    expect(rehearsal.protected.latencyMs!.max).toBe(2);
  });
});
