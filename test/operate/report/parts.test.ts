import {describe, expect, test, vi} from 'vitest';
import {ActivitySums} from '../../../src/operate/report/activity-sums.ts';
import {breakerFacts} from '../../../src/operate/report/breaker-facts.ts';
import {quote} from '../../../src/operate/report/recommend.ts';
import {countedRange, earliestKept} from '../../../src/operate/report/report-range.ts';
import {tokenFacts} from '../../../src/operate/report/token-facts.ts';
import {weekPattern} from '../../../src/operate/report/week-pattern.ts';
import type {StatusBreaker, StatusToken} from '../../../src/view/model/status-sections.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {at, HOUR, MINUTE, S} from '../../support/instants.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const DAY = 24 * HOUR;
const NOW = at('2026-11-21T12:34:56Z');

describe('a range', () => {
  test.each([
    // As it was asked for, where that is whole minutes.
    ['2026-11-20T08:00:00Z', '2026-11-21T08:00:00Z', '2026-11-20T08:00:00Z', '2026-11-21T08:00:00Z', 'exact'],
    [
      '2026-11-20T08:00:30Z',
      '2026-11-21T08:00:30Z',
      '2026-11-20T08:00:00Z',
      '2026-11-21T08:01:00Z',
      'minute',
    ],
    // Minutes are not kept for so long.
    ['2026-11-01T08:20:00Z', '2026-11-02T08:20:00Z', '2026-11-01T08:00:00Z', '2026-11-02T09:00:00Z', 'hour'],
    ['2026-11-01T08:20:00Z', '2026-11-21T08:20:00Z', '2026-11-01T08:00:00Z', '2026-11-21T08:20:00Z', 'hour'],
    // Nothing is known of what comes.
    ['2026-11-21T12:00:00Z', '2026-11-21T12:34:56Z', '2026-11-21T12:00:00Z', '2026-11-21T12:34:56Z', 'exact'],
  ])('from %s to %s is counted from %s to %s, %s', (from, until, first, last, edges) => {
    expect(countedRange(at(from), at(until), NOW)).toEqual({from: at(first), until: at(last), edges});
  });

  test('begins where every store still has whole hours', () => {
    expect(earliestKept(NOW)).toBe(at('2026-10-17T14:00:00Z'));
  });
});

describe('the pattern of a week', () => {
  const hoursFrom = (from: string, count: number) =>
    Array.from({length: count}, (_, i) => ({at: at(from) + i * HOUR, allowed: 10 * (i + 1), denied: 1}));

  test('averages the hours of the same place in the week of a zone', () => {
    const week = weekPattern(hoursFrom('2026-11-02T00:00:00Z', 14 * 24), 'UTC')!;
    // Monday 00:00 was hour 1 and hour 169.
    expect(week.days[0]![0]).toEqual({requests: (11 + 1_691) / 2, denied: 1});
    expect(week.busiest).toMatchObject({day: 6, hour: 23});
    expect(week.mostDenied).toMatchObject({day: 0, hour: 0, denied: 1});
  });

  test('is that of the zone, over the change of its clocks', () => {
    const week = weekPattern(hoursFrom('2026-10-25T00:00:00Z', 24), 'Europe/Berlin')!;
    // 02:00 is there twice on the night when summer time ends.
    expect(week.days[6]![2]).toEqual({requests: (11 + 21) / 2, denied: 1});
    expect(week.days[6]![1]).toBeNull();
    expect(week.days[0]![0]).toMatchObject({denied: 1});
  });

  test('is none of less than a day, nor of nothing', () => {
    expect(weekPattern(hoursFrom('2026-11-02T00:00:00Z', 23), 'UTC')).toBeUndefined();
    expect(
      weekPattern(
        hoursFrom('2026-11-02T00:00:00Z', 30).map((hour) => ({...hour, allowed: 0, denied: 0})),
        'UTC',
      ),
    ).toBeUndefined();
  });
});

test('steps of a range have no gaps', () => {
  const sums = new ActivitySums(HOUR);
  sums.add(NOW, {limit: 'a', allowed: 3, denied: 1, shadowDenied: 0});
  sums.add(NOW - 2 * HOUR, {limit: 'b', allowed: 5, denied: 0, shadowDenied: 2});
  expect(sums.steps(NOW - 3 * HOUR, NOW + 1).map(({allowed}) => allowed)).toEqual([0, 5, 0, 3]);
  expect(sums.steps(NOW - 3 * HOUR, NOW + 1, 'a').map(({denied}) => denied)).toEqual([0, 0, 0, 1]);
  expect(sums.total()).toEqual({allowed: 8, denied: 1, shadowDenied: 2});
});

describe('breakers', () => {
  const range = {from: NOW - DAY, until: NOW, edges: 'exact' as const};
  const breaker = (more: Partial<StatusBreaker> = {}): StatusBreaker => ({
    name: 'provider',
    configured: true,
    guards: null,
    keys: null,
    state: 'closed',
    failures: 0,
    opensAt: 5,
    openedAt: null,
    callsInMs: 0,
    successes: 0,
    closesAt: 2,
    ...more,
  });
  const event = (kind: string, ago: number, subject = 'provider') => ({
    at: NOW - ago,
    kind,
    subject,
    note: '5 failures',
  });

  test('were open from opening to closing; opened again by a probe is the same episode', () => {
    const [facts] = breakerFacts(
      [breaker()],
      [event('breaker-opened', 3 * HOUR), event('breaker-opened', 2 * HOUR), event('breaker-closed', HOUR)],
      range,
    );
    expect(facts).toMatchObject({
      openMs: (2 * HOUR) / 1_000,
      episodes: [{from: '2026-11-21T09:34:56.000Z', until: '2026-11-21T11:34:56.000Z', note: '5 failures'}],
    });
  });

  test('that are open now are so without an event, too', () => {
    const openedAt = '2026-11-21T12:00:00.000Z';
    expect(breakerFacts([breaker({state: 'half-open', openedAt})], [], range)).toMatchObject([
      {state: 'half-open', episodes: [{from: openedAt, until: null}], openMs: 2_096_000},
    ]);
  });

  test('of one with a key all keys are one line: their episodes in order, and the time that any was open', () => {
    const keys = {
      open: 1,
      halfOpen: 0,
      closed: 1,
      shown: [{key: 'b', state: 'open', failures: 5, openedAt: null, callsInMs: 0}],
    } as const;
    const facts = breakerFacts(
      [breaker({name: 'abuse', state: 'open', keys})],
      [
        event('breaker-opened', 4 * HOUR, 'abuse a'),
        event('breaker-opened', 3 * HOUR, 'abuse b'),
        event('breaker-closed', 2 * HOUR, 'abuse a'),
        event('breaker-opened', HOUR, 'other one'),
      ],
      range,
    );
    expect(facts).toMatchObject([
      {
        name: 'abuse',
        openMs: (4 * HOUR) / 1_000,
        episodes: [
          {note: 'a: 5 failures', until: '2026-11-21T10:34:56.000Z'},
          {note: 'b: 5 failures', until: null},
        ],
      },
      {name: 'other one'},
    ]);
  });

  test('that only events know are told, with what lies in the range', () => {
    expect(
      breakerFacts(
        [],
        [event('breaker-opened', 30 * HOUR, 'old'), event('breaker-closed', 23 * HOUR, 'old')],
        range,
      ),
    ).toMatchObject([{name: 'old', state: 'closed', openMs: HOUR / 1_000}]);
  });
});

test('tokens: events say what came of refreshes, and why they failed', () => {
  const token = {provider: 'google', condition: 'valid', recommendation: 'ok', health: null} as StatusToken;
  const event = (note: string, kind = 'token-failed') => ({at: NOW - MINUTE, kind, subject: 'google', note});
  const [facts] = tokenFacts(
    [token],
    [
      event('attempt 1 (due): refreshed, token 3 → 4', 'token-refreshed'),
      event('attempt 2 (due): failed (http-503, token 4)'),
      event('attempt 3 (due): the answer was lost (timeout, token 4)'),
      event('attempt 4 (due): given up before anything was sent (breaker, token 4)'),
      {...event('attempt 5 (due): failed (x, token 4)'), subject: 'another'},
    ],
    () => [{at: NOW - 2 * S, uses: 7, unauthorised: 0}],
    {from: NOW - HOUR, until: NOW, edges: 'exact'},
  );
  expect(facts).toMatchObject({refreshed: 1, failed: 2, successRate: 1 / 3, uses: 7});
  expect(facts!.errors).toEqual([
    {error: 'http-503', count: 1},
    {error: 'timeout', count: 1},
  ]);
});

test.each([
  ['access.log', 'access.log'],
  ['my log.gz', "'my log.gz'"],
  ["it's", `'it'\\''s'`],
  ['$(rm -rf /)', "'$(rm -rf /)'"],
  ['limit.login.denied < 0.1%', "'limit.login.denied < 0.1%'"],
])('%s is one word of a shell as %s', (text, word) => {
  expect(quote(text)).toBe(word);
});
