import {beforeEach, describe, expect, test} from 'vitest';
import {readStatus} from '../../../src/operate/status/read-status.ts';
import {StatusChanges} from '../../../src/operate/status/status-changes.ts';
import {INSTANCE_KIND} from '../../../src/store/instance-document.ts';
import type {StatusReport} from '../../../src/view/model/status-report.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {LiveState, NOON, queryOf} from '../live-state.ts';
import {
  attemptAgo,
  breakerState,
  enqueue,
  putBreaker,
  putInstance,
  putLead,
  putToken,
  recordOf,
  TOKEN_POLICY,
  tokenState,
  troubled,
} from '../section-state.ts';

let state: LiveState;
beforeEach(() => {
  state = new LiveState(TOKEN_POLICY);
});

const look = async (): Promise<StatusReport> => (await readStatus(state.source, queryOf())).report;
const tokenOf = async (provider: string) => (await look()).tokens.find((one) => one.provider === provider)!;
const alertsOf = async (): Promise<readonly string[]> =>
  (await look()).alerts.map(({kind, subject}) => `${kind} ${subject}`.trim());

describe('nothing to say', () => {
  test('without tokens, breakers, queues and instances every section is empty', async () => {
    state = new LiveState();
    expect(await look()).toMatchObject({
      alerts: [],
      tokens: [],
      breakers: [],
      queues: [],
      instances: [],
      leader: null,
    });
  });
});

describe('tokens', () => {
  test('those of the policy come in its order, then those that only the store knows', async () => {
    await putToken(state.store, 'old', recordOf(NOON));
    await putToken(state.store, 'crm', recordOf(NOON));
    const {tokens} = await look();
    expect(tokens.map(({provider, configured}) => [provider, configured])).toEqual([
      ['google', true],
      ['crm', true],
      ['reports', true],
      ['old', false],
    ]);
  });

  test('a healthy one has all its points, and may be refreshed', async () => {
    await putToken(state.store, 'google', recordOf(NOON));
    expect(await tokenOf('google')).toMatchObject({
      condition: 'valid',
      recommendation: 'ok',
      health: {score: 100, lost: []},
      generation: 4,
      expiresInMs: 3_600_000,
      expiresAt: '2026-01-05T13:00:00.000Z',
      refreshes: {used: 0, allowed: 10, perMs: 600_000},
      refreshAllowedInMs: 0,
      waitsFor: null,
      refreshing: null,
    });
  });

  test('the longest window counts the refreshes, the shortest says when the next is allowed', async () => {
    const attempts = [attemptAgo(NOON, 9 * MINUTE), attemptAgo(NOON, MINUTE)];
    await putToken(state.store, 'google', recordOf(NOON, {attempts}));
    expect(await tokenOf('google')).toMatchObject({
      refreshes: {used: 2, allowed: 10},
      refreshAllowedInMs: 120_000,
      waitsFor: 'budget',
    });
    expect(await alertsOf()).not.toContain('token-budget google');
  });

  test.each([
    ['backoff', {notBefore: NOON + 20 * S}, 20_000],
    ['breaker', {}, 270_000],
  ] as const)('a refresh waits for the %s', async (waitsFor, more, refreshAllowedInMs) => {
    await putToken(state.store, 'google', recordOf(NOON, more));
    if (waitsFor === 'breaker')
      await putBreaker(
        state.store,
        'token:google',
        breakerState({kind: 'open', failures: 3, openedAt: NOON - 30 * S}),
      );
    expect(await tokenOf('google')).toMatchObject({waitsFor, refreshAllowedInMs});
  });

  test('a refresh that is under way names who holds the lock, and until when', async () => {
    await troubled(state.store, NOON);
    expect((await tokenOf('google')).refreshing).toEqual({
      by: 'build-7:17:abc',
      fencing: 1_767_614_397_000_000,
      since: '2026-01-05T11:59:57.000Z',
      until: '2026-01-05T12:00:57.000Z',
    });
  });

  test('one whose process died counts as failed, before anybody has written that down', async () => {
    const died = attemptAgo(NOON, MINUTE, {phase: 'granted', outcome: undefined, fencing: 9});
    await putToken(state.store, 'google', recordOf(NOON, {attempts: [died], fencing: 9}));
    expect(await tokenOf('google')).toMatchObject({refreshing: null, failures: 1});
  });

  test('of a provider that the policy does not name, what the record says', async () => {
    await putToken(state.store, 'old', recordOf(NOON, {failures: 2}));
    expect(await tokenOf('old')).toMatchObject({
      condition: 'valid',
      recommendation: null,
      health: null,
      refreshes: null,
      refreshAllowedInMs: null,
      expiresInMs: 3_600_000,
      failures: 2,
    });
  });

  test('what is none of ours, or later than this version, is there as unreadable', async () => {
    await state.store.put('token', 'google', {revision: 'x'});
    expect(await tokenOf('google')).toMatchObject({condition: 'unreadable', recommendation: null});
    expect(await alertsOf()).toContain('token-unreadable google');
  });

  test('uses of tokens are theirs, and no limit', async () => {
    await troubled(state.store, NOON);
    const {usage, tokens} = await look();
    expect(usage.map(({limit}) => limit)).toEqual(['per-ip']);
    expect(tokens[0]!.uses).toEqual({lastMinute: 120, lastHour: 120});
  });

  test('nothing secret is in the answer', async () => {
    await putToken(state.store, 'google', recordOf(NOON, {token: tokenState(NOON, {sealed: 'SEALED-TEXT'})}));
    expect(JSON.stringify(await look())).not.toContain('SEALED-TEXT');
  });
});

describe('breakers', () => {
  test('an open one says when it lets a probe through; after that it counts as half-open', async () => {
    await putBreaker(
      state.store,
      'provider',
      breakerState({kind: 'open', failures: 5, openedAt: NOON - 20 * S}),
    );
    const breaker = async () => (await look()).breakers.find(({name}) => name === 'provider');
    expect(await breaker()).toMatchObject({state: 'open', failures: 5, opensAt: 5, callsInMs: 40_000});
    expect(await alertsOf()).toContain('breaker-open provider');
    state.now += 40 * S;
    expect(await breaker()).toMatchObject({state: 'half-open', callsInMs: 0, closesAt: 1});
    expect(await alertsOf()).not.toContain('breaker-open provider');
  });

  test('those of tokens are named after them', async () => {
    expect((await look()).breakers.map(({name}) => name)).toEqual([
      'provider',
      'token:google',
      'token:crm',
      'token:reports',
    ]);
  });

  test('one that no policy knows is open until somebody says otherwise', async () => {
    await putBreaker(
      state.store,
      'forgotten',
      breakerState({kind: 'open', failures: 9, openedAt: NOON - MINUTE}),
    );
    state.now += 24 * 60 * MINUTE;
    expect((await look()).breakers.at(-1)).toMatchObject({
      name: 'forgotten',
      configured: false,
      state: 'open',
      callsInMs: null,
    });
  });
});

describe('queues', () => {
  test('say what waits by class, what is due, claimed and dead, and what is next', async () => {
    await troubled(state.store, NOON - MINUTE + S);
    state.now = NOON;
    await enqueue(state.store, 'later', [['normal', 1, NOON + 10 * S]]);
    state.now = NOON + S;
    expect((await look()).queues).toEqual([
      {
        queue: 'calls',
        waiting: 2,
        classes: [
          {class: 'batch', waiting: 1},
          {class: 'interactive', waiting: 1},
        ],
        due: 2,
        claimed: 1,
        dead: 1,
        oldestMs: 1_000,
        nextInMs: 0,
      },
      {
        queue: 'later',
        waiting: 1,
        classes: [{class: 'normal', waiting: 1}],
        due: 0,
        claimed: 0,
        dead: 0,
        oldestMs: 1_000,
        nextInMs: 9_000,
      },
    ]);
  });
});

describe('instances', () => {
  test('the one that leads is marked, with its fencing token and until when', async () => {
    await putInstance(state.store, 'a:1:x', {now: NOON});
    await putInstance(state.store, 'b:2:y', {now: NOON});
    await putLead(state.store, 'b:2:y', NOON, NOON + 15 * S);
    const {instances, leader} = await look();
    expect(instances.map(({id, leads}) => [id, leads])).toEqual([
      ['a:1:x', false],
      ['b:2:y', true],
    ]);
    expect(leader).toMatchObject({instance: 'b:2:y', fencing: 3, until: '2026-01-05T12:00:15.000Z'});
    expect(await alertsOf()).not.toContain('no-leader');
  });

  test('a lead that is over leads no more', async () => {
    await putInstance(state.store, 'a:1:x', {now: NOON});
    await putLead(state.store, 'a:1:x', NOON, NOON);
    expect((await look()).leader).toBeNull();
    expect(await alertsOf()).toContain('no-leader');
  });

  test('only token managers can be without a leader', async () => {
    await putInstance(state.store, 'a:1:x', {now: NOON, role: 'worker'});
    expect(await alertsOf()).not.toContain('no-leader');
  });

  test('a document that anybody wrote does no harm', async () => {
    await state.store.put(INSTANCE_KIND, 'odd', {
      host: 'h',
      startedAt: -5,
      seenAt: 1e300,
      pid: 'x',
      role: {},
    });
    await state.store.put('leader', 'tokens', {holder: 'h', fencing: 1, since: -1e300, until: 1e300});
    const {instances, leader} = await look();
    expect(instances).toMatchObject([{pid: 0, role: '', startedAt: '1970-01-01T00:00:00.000Z'}]);
    expect(leader?.until).toMatch(/^2255-/);
  });
});

describe('alerts', () => {
  const put = (more: Parameters<typeof recordOf>[1]) => putToken(state.store, 'google', recordOf(NOON, more));
  const texts = async () => (await look()).alerts.filter(({subject}) => subject === 'google');

  test.each([
    [
      'a token that needs re-consent',
      {reauthorise: {since: NOON - 12 * MINUTE, why: 'rejected'}},
      'token-reauthorise',
      'token google needs re-consent since 12m: the provider refused the refresh token',
      'ratectl token put google',
    ],
    [
      'an expired one',
      {token: tokenState(NOON, {expiresAt: NOON - 90 * S - 1})},
      'token-expired',
      'token google expired 1m30s ago',
      'ratectl force-refresh google',
    ],
    [
      'an expired one that cannot be refreshed',
      {token: tokenState(NOON, {expiresAt: NOON - MINUTE, refreshPrint: ''})},
      'token-expired',
      'token google expired 1m ago',
      'ratectl token put google',
    ],
    [
      'a suspect one',
      {suspect: {at: NOON - 2 * MINUTE, by: 'a', why: '401'}},
      'token-suspect',
      'token google is suspect since 2m: a caller was refused with it (401)',
      'ratectl force-refresh google',
    ],
    [
      'a budget that is used up',
      {attempts: Array.from({length: 10}, (_, i) => attemptAgo(NOON, (i + 3) * 30 * S))},
      'token-budget',
      'token google has no refresh left (10 of 10 in 10m): the next in 4m',
      'look for what refreshes so often: ratectl audit',
    ],
    [
      'a token that expires before the next refresh is allowed',
      {token: tokenState(NOON, {expiresAt: NOON + MINUTE}), attempts: [attemptAgo(NOON, 30 * S)]},
      'token-budget',
      'token google has no refresh left (1 of 10 in 10m): the next in 2m30s',
      'look for what refreshes so often: ratectl audit',
    ],
  ] as const)('%s', async (_, more, kind, text, next) => {
    await put(more);
    expect(await texts()).toEqual([{kind, subject: 'google', text, next}]);
  });

  test('no token for a grant that needs one; a grant that needs none asks by itself', async () => {
    expect(await alertsOf()).toEqual(['token-missing google', 'token-missing crm']);
  });

  test('the most urgent first', async () => {
    await troubled(state.store, NOON);
    expect(await alertsOf()).toEqual([
      'token-reauthorise crm',
      'token-unreadable strange',
      'token-suspect google',
      'breaker-open token:crm',
      'breaker-open forgotten',
      'queue-dead calls',
      'no-leader',
    ]);
  });

  test('no command is made of a name that a shell would take for more', async () => {
    await putToken(
      state.store,
      '$(reboot)',
      recordOf(NOON, {reauthorise: {since: NOON, why: 'answer-lost'}}),
    );
    const alert = (await look()).alerts.find(({subject}) => subject === '$(reboot)')!;
    expect(alert.next).toBe('ratectl token put NAME');
  });
});

describe('--watch', () => {
  test('tells each once, then only what changed, and what is gone', async () => {
    await troubled(state.store, NOON);
    const changes = new StatusChanges();
    const next = async () =>
      changes
        .since(await look(), (key) => key)
        .map((record) => ('change' in record ? `${record.change} ${record.kind}` : record.kind));
    const first = await next();
    expect(first.filter((one) => one === 'new token')).toHaveLength(5);
    expect(first).toEqual(expect.arrayContaining(['new breaker', 'new queue', 'new instance', 'new alert']));
    state.now += S;
    expect(await next()).toEqual(['look']);
    await putLead(state.store, 'build-7:17:abc', state.now, state.now + 15 * S);
    await state.store.drain('calls', 'dead');
    expect(await next()).toEqual([
      'gone alert',
      'gone alert',
      'state queue',
      'state instance',
      'leader',
      'look',
    ]);
  });
});
