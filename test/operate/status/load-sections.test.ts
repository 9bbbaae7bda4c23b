import {beforeEach, describe, expect, test} from 'vitest';
import {conditionHolds} from '../../../src/cli/commands/status-query.ts';
import {explainKey} from '../../../src/operate/explain/explain-key.ts';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {StatusChanges} from '../../../src/operate/status/status-changes.ts';
import {clearManualMode, setManualMode} from '../../../src/store/control-document.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {LiveState, NOON, queryOf} from '../live-state.ts';
import {
  LOAD_POLICY,
  lease,
  overloaded,
  poolState,
  putAdaptive,
  putDegradation,
  putPool,
  waiter,
} from '../load-state.ts';
import {breakerState, putBreaker} from '../section-state.ts';

let state: LiveState;
beforeEach(() => {
  state = new LiveState(LOAD_POLICY);
});

const look = async (): Promise<StatusReport> =>
  (await readStatus(state.source, queryOf({scope: {kind: 'all'}}))).report;
const poolOf = async (name = 'api') => (await look()).pools.find((one) => one.name === name)!;
const adaptiveOf = async (name = 'protect') => (await look()).adaptive.find((one) => one.name === name)!;
const breakerOf = async (name: string) => (await look()).breakers.find((one) => one.name === name)!;
const alertsOf = async (): Promise<readonly string[]> =>
  (await look()).alerts.map(({kind, subject}) => `${kind} ${subject}`.trim());
const alertText = async (kind: string): Promise<string | undefined> =>
  (await look()).alerts.find((one) => one.kind === kind)?.text;

test('without these sections in policy and store there is nothing of them', async () => {
  state = new LiveState();
  expect(await look()).toMatchObject({alerts: [], pools: [], adaptive: [], behaviour: [], degradation: null});
});

describe('pools', () => {
  test('those of the policy come in its order, unused ones too, then those that only the store knows', async () => {
    await overloaded(state.store, NOON);
    const {pools} = await look();
    expect(pools.map(({name, configured}) => `${name} ${configured}`)).toEqual([
      'api true',
      'exports true',
      'old-pool false',
    ]);
    expect(pools[1]).toMatchObject({running: 0, max: 2, next: 'runs', estimatedWaitMs: 0, meanHoldMs: null});
    expect(pools[2]).toMatchObject({running: 1, max: null, queue: null, next: null});
  });

  test('say who runs, who waits and for how long, and which clients are at their limit', async () => {
    const leases = ['acme', 'acme', 'acme', 'bcme'].map((key, i) => lease(i + 1, NOON, key));
    await putPool(
      state.store,
      'api',
      poolState({leases, waiting: [waiter(4, NOON, 'acme'), waiter(2, NOON, 'acme')], meanHold: 2.4 * S}),
    );
    expect(await poolOf()).toEqual({
      name: 'api',
      configured: true,
      running: 4,
      max: 10,
      effectiveMax: 10,
      waiting: 2,
      queue: 50,
      oldestWaitMs: 4_000,
      next: 'runs',
      estimatedWaitMs: 0,
      meanHoldMs: 2_400,
      maxPerKey: 3,
      clientsAtLimit: 1,
      clients: [{key: 'acme', running: 3, waiting: 2}],
    });
    expect(await alertsOf()).toEqual([]);
  });

  test('a full one says how long the next one would wait: places before it × mean hold ÷ slots', async () => {
    const leases = Array.from({length: 10}, (_, i) => lease(i + 1, NOON, `c${i}`));
    const waiting = [waiter(4, NOON, 'x'), waiter(2, NOON, 'y')];
    await putPool(state.store, 'api', poolState({leases, waiting, meanHold: 2 * S}));
    expect(await poolOf()).toMatchObject({next: 'waits', estimatedWaitMs: 600});
    expect(await alertText('pool-full')).toBe(
      'pool api is full: 10 of 10 running, 2 of 50 waiting, the first for 4s',
    );
  });

  test('one without a queue refuses when it is full, which is no alert', async () => {
    await putPool(state.store, 'exports', poolState({leases: [lease(1, NOON), lease(2, NOON)], meanHold: S}));
    expect(await poolOf('exports')).toMatchObject({next: 'refused', estimatedWaitMs: 500});
    expect(await alertsOf()).toEqual([]);
  });

  test('slots of holders that died are free, before anybody has written that down', async () => {
    const leases = [lease(1, NOON, '', {until: NOON - 1}), lease(2, NOON)];
    await putPool(state.store, 'api', poolState({leases}));
    expect(await poolOf()).toMatchObject({running: 1});
    await putPool(state.store, 'old-pool', poolState({leases}));
    expect(await poolOf('old-pool')).toMatchObject({running: 1});
  });

  test('adaptive control shrinks what is given out; what runs is more than that until it ends', async () => {
    await putAdaptive(state.store, 'protect', {share: 0.6});
    const leases = Array.from({length: 8}, (_, i) => lease(i + 1, NOON, `c${i}`));
    await putPool(state.store, 'api', poolState({leases}));
    expect(await poolOf()).toMatchObject({running: 8, max: 10, effectiveMax: 6, next: 'waits'});
  });

  test('what anybody wrote into the store does no harm', async () => {
    for (const value of [null, 'x', [], {leases: 1}, {leases: [], waiting: [], lastToken: -1}])
      await state.store.put('pool', 'api', value);
    expect(await poolOf()).toMatchObject({running: 0});
    const waiting = [waiter(0, NOON, 'x', {since: 9e15, until: 9e15, seen: 9e15})];
    await putPool(
      state.store,
      'api',
      poolState({leases: [lease(1, NOON, 'x', {since: 9e15, until: 9e15})], waiting}),
    );
    expect(await poolOf()).toMatchObject({oldestWaitMs: null});
  });
});

describe('adaptive control', () => {
  test('says its share, its pressure, and what is in force of limits, tiers and pools', async () => {
    await putAdaptive(state.store, 'protect', {
      share: 0.6,
      steppedAt: NOON - 2 * S,
      pressure: 1.31,
      signal: 'cpu',
    });
    expect(await adaptiveOf()).toEqual({
      name: 'protect',
      configured: true,
      controller: 'aimd',
      share: 0.6,
      floor: 0.2,
      atFloor: false,
      pressure: {value: 1.31, signal: 'cpu'},
      lookedAt: '2026-01-05T11:59:58.000Z',
      limits: [
        {limit: 'per-ip', base: ['token bucket 10/s, burst 20'], effective: ['token bucket 6/s, burst 12']},
        {limit: 'plan', tier: 'free', base: ['GCRA 100/m, burst 100'], effective: ['GCRA 60/m, burst 60']},
        {limit: 'plan', tier: 'pro', base: ['fixed window 1000/h'], effective: ['fixed window 600/h']},
      ],
      pools: [{pool: 'api', base: 10, effective: 6}],
    });
    expect(await alertsOf()).toEqual([]);
  });

  test('one that nobody stepped yet leaves everything as it is', async () => {
    expect(await adaptiveOf('quick')).toMatchObject({
      controller: 'gradient',
      share: 1,
      pressure: null,
      lookedAt: null,
      pools: [{base: 2, effective: 2}],
    });
  });

  test('at its floor it is an alert', async () => {
    await putAdaptive(state.store, 'protect', {
      share: 0.2,
      steppedAt: NOON,
      pressure: 2,
      signal: 'eventLoop',
    });
    expect(await adaptiveOf()).toMatchObject({share: 0.2, atFloor: true});
    expect(await alertText('adaptive-floor')).toBe(
      'adaptive protect is at its floor, 20% of what the policy says: event loop at 200% of its target',
    );
  });

  test('of one that the policy does not name there is what the store says, and it scales nothing', async () => {
    await putAdaptive(state.store, 'gone', {share: 0.5});
    expect(await adaptiveOf('gone')).toMatchObject({
      configured: false,
      share: 0.5,
      controller: null,
      limits: [],
    });
    await state.send({ip: 'a'}, 1);
    expect((await look()).keys[0]).not.toHaveProperty('adaptive');
  });

  describe('keys', () => {
    test('are judged by what is in force, and say what the policy gives', async () => {
      await state.send({ip: 'a'}, 12);
      expect((await look()).keys[0]).toMatchObject({state: 'ok', capacity: 20, remaining: 8});
      await putAdaptive(state.store, 'protect', {share: 0.6});
      expect((await look()).keys[0]).toMatchObject({
        state: 'limited',
        used: 12,
        capacity: 12,
        adaptive: {share: 0.6, baseCapacity: 20},
        buckets: [{algorithm: 'token bucket 6/s, burst 12'}],
      });
    });

    test('with an override are as the override says', async () => {
      await putAdaptive(state.store, 'protect', {share: 0.6});
      await state.send({ip: '10.0.0.9'}, 1);
      const [key] = (await look()).keys;
      expect(key).toMatchObject({capacity: 100});
      expect(key).not.toHaveProperty('adaptive');
    });

    test('explain computes with what is in force, and says by whom and of what', async () => {
      await putAdaptive(state.store, 'protect', {share: 0.6});
      await state.send({ip: 'a'}, 12);
      const explained = async (subject: Parameters<typeof explainKey>[1]['subject']) => {
        const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
        return explanation.limits.find((one) => one.limit === 'per-ip')!;
      };
      const expected = {
        state: 'limited',
        adaptive: {share: 0.6, by: ['protect'], base: ['token bucket 10/s, burst 20']},
        buckets: [{algorithm: 'token bucket 6/s, burst 12', capacity: 12, outcome: 'refused'}],
      };
      expect(await explained({kind: 'exact', limit: 'per-ip', key: 'a'})).toMatchObject(expected);
      expect(await explained({kind: 'request', attributes: {ip: 'a'}})).toMatchObject(expected);
    });
  });
});

describe('degradation', () => {
  test('by rule: the mode, since when, the pressure, and which classes are served', async () => {
    await putDegradation(state.store, {
      mode: 'shed-low',
      since: NOON - MINUTE,
      pressure: 1.04,
      signal: 'cpu',
      steppedAt: NOON,
    });
    expect((await look()).degradation).toEqual({
      configured: true,
      mode: 'shed-low',
      from: 'rule',
      since: '2026-01-05T11:59:00.000Z',
      rule: 'shed-low',
      manual: null,
      pressure: {value: 1.04, signal: 'cpu'},
      lookedAt: '2026-01-05T12:00:00.000Z',
      classes: [
        {name: 'essential', served: true},
        {name: 'normal', served: true},
        {name: 'low', served: false},
      ],
    });
    expect(await alertText('degraded')).toBe('degradation mode is shed-low since 1m: low is refused');
  });

  test('by hand: who, why, until when, and what the rule alone says', async () => {
    await setManualMode(state.store, {mode: 'closed', by: 'ada@desk', reason: 'repair', lasts: 30 * MINUTE});
    state.now += MINUTE;
    expect((await look()).degradation).toMatchObject({
      mode: 'closed',
      from: 'hand',
      rule: 'normal',
      since: '2026-01-05T12:00:00.000Z',
      manual: {mode: 'closed', by: 'ada@desk', reason: 'repair', until: '2026-01-05T12:30:00.000Z'},
      classes: [{served: false}, {served: false}, {served: false}],
    });
    expect(await alertText('degraded')).toBe(
      'degradation mode is closed since 1m, set by ada@desk (repair): every request is refused',
    );
    state.now += 30 * MINUTE;
    expect((await look()).degradation).toMatchObject({mode: 'normal', from: 'rule', manual: null});
    expect(await alertsOf()).toEqual([]);
  });

  test('normal held by hand against the rule is an alert, too', async () => {
    await putDegradation(state.store, {mode: 'shed-low', since: NOON});
    await setManualMode(state.store, {mode: 'normal', by: 'ada@desk', reason: 'x'});
    expect(await alertText('degraded')).toContain('the rule alone says shed-low');
    expect((await look()).degradation?.manual?.until).toBeNull();
  });

  test('set by hand without the section in the policy it is there all the same', async () => {
    state = new LiveState();
    await setManualMode(state.store, {mode: 'closed', by: 'ada@desk', reason: 'x'});
    expect((await look()).degradation).toMatchObject({configured: false, mode: 'closed', classes: []});
    await clearManualMode(state.store);
    expect((await look()).degradation).toBeNull();
  });
});

describe('breakers with a key', () => {
  const open = (at = NOON - MINUTE) => breakerState({kind: 'open', failures: 20, openedAt: at});

  test('are one, with the counts of their keys and those that are not closed, open ones first', async () => {
    await putBreaker(state.store, 'abuse acme', open());
    await putBreaker(state.store, 'abuse with space', open(NOON - 6 * MINUTE));
    await putBreaker(state.store, 'abuse calm', breakerState({failures: 3}));
    expect(await breakerOf('abuse')).toMatchObject({
      state: 'open',
      failures: 20,
      opensAt: 20,
      callsInMs: 240_000,
      guards: {kind: 'requests', key: '{tenant}', counts: 'refusals', when: {}, unless: {}},
      keys: {
        open: 1,
        halfOpen: 1,
        closed: 1,
        shown: [
          {key: 'acme', state: 'open', callsInMs: 240_000},
          {key: 'with space', state: 'half-open', callsInMs: 0},
        ],
      },
    });
    expect((await look()).breakers.map(({name}) => name)).toEqual(['payments', 'abuse', 'database']);
    expect(await alertText('breaker-open')).toBe('breaker abuse is open for 1 key: acme');
  });

  test('however many keys are open, they are one alert, and a hundred are named', async () => {
    for (let i = 0; i < 120; i++) await putBreaker(state.store, `abuse k${i}`, open());
    const {keys} = await breakerOf('abuse');
    expect([keys!.open, keys!.shown.length]).toEqual([120, 100]);
    expect(await alertText('breaker-open')).toBe(
      'breaker abuse is open for 120 keys: k0, k1, k10 and 117 more',
    );
    expect(await alertsOf()).toEqual(['breaker-open abuse']);
  });

  test('what requests and calls are guarded is said', async () => {
    expect((await breakerOf('payments')).guards).toEqual({
      kind: 'requests',
      key: null,
      counts: 'failures',
      when: {path: ['/pay/*']},
      unless: {method: ['GET']},
    });
    expect((await breakerOf('database')).guards?.kind).toBe('calls');
    expect(await breakerOf('database')).toMatchObject({keys: null, state: 'closed'});
  });
});

describe('alerts', () => {
  test('the most urgent first', async () => {
    await overloaded(state.store, NOON);
    expect(await alertsOf()).toEqual(['degraded', 'breaker-open abuse', 'pool-full api']);
  });

  test.each([
    ['open', true],
    ['pool', true],
    ['degraded', true],
    ['token', false],
    ['queue', false],
  ] as const)('--fail-on %s under load: %s', async (condition, holds) => {
    expect(conditionHolds(condition, await look())).toBe(false);
    await overloaded(state.store, NOON);
    expect(conditionHolds(condition, await look())).toBe(holds);
  });

  test('--fail-on degraded goes by the mode that holds, not by what the rule would say', async () => {
    await putDegradation(state.store, {mode: 'shed-low', since: NOON});
    await setManualMode(state.store, {mode: 'normal', by: 'ada@desk', reason: 'x'});
    expect(conditionHolds('degraded', await look())).toBe(false);
  });
});

describe('--watch', () => {
  test('tells each once, then only what changed', async () => {
    await overloaded(state.store, NOON);
    const changes = new StatusChanges();
    const next = async () =>
      changes
        .since(await look(), (key) => key)
        .map((record) => ('change' in record ? `${record.change} ${record.kind}` : record.kind));
    expect(await next()).toEqual(expect.arrayContaining(['new pool', 'new adaptive', 'degradation']));
    state.now += S;
    expect(await next()).toEqual(['look']);
    await putAdaptive(state.store, 'protect', {share: 0.5, steppedAt: NOON, pressure: 1.2, signal: 'cpu'});
    await setManualMode(state.store, {mode: 'closed', by: 'ada@desk', reason: 'x'});
    expect(await next()).toEqual(['state pool', 'state adaptive', 'degradation', 'look']);
  });
});
