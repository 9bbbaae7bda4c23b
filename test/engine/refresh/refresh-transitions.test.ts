import {describe, expect, test, vi} from 'vitest';
import {notInFuture} from '../../../src/engine/refresh/record-changes.ts';
import {EMPTY_RECORD} from '../../../src/engine/refresh/refresh-record.ts';
import {
  installToken,
  markSent,
  type RefreshResult,
  renew,
} from '../../../src/engine/refresh/refresh-transitions.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {
  closedAttempt,
  FAILED,
  LOST,
  NEW_TOKEN,
  NOT_SENT,
  READY_RECORD,
  REFRESHED,
  REJECTED,
  sentAttempt,
  Trace,
} from './records.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

describe('acquire', () => {
  test('has nothing to begin with before somebody installed a token', () => {
    expect(new Trace(EMPTY_RECORD).acquire(0)).toBe('no-token');
    expect(new Trace(installToken(EMPTY_RECORD, {...NEW_TOKEN, refreshPrint: ''})).acquire(0)).toBe(
      'no-token',
    );
  });

  test('needs no token when the grant spends none', () => {
    expect(new Trace(EMPTY_RECORD, {spends: 'nothing', rotation: 'none'}).acquire(0)).toBe('granted');
  });

  test('lets one in at a time, until its lease ends', () => {
    const trace = new Trace(READY_RECORD);
    expect(trace.acquire(100 * S)).toBe('granted');
    expect(trace.acquire(129 * S)).toBe('busy until 130');
    expect(trace.acquire(129 * S, 'emergency')).toBe('busy until 130');
    expect(trace.acquire(130 * S)).toBe('budget until 310');
    expect(trace.acquire(310 * S)).toBe('granted');
  });

  test('waits for the provider, but not in an emergency', () => {
    const trace = sentAttempt();
    trace.settle(102 * S, {...FAILED, retryAt: 900 * S} as RefreshResult);
    expect(trace.acquire(103 * S)).toBe('budget until 282');
    expect(trace.acquire(300 * S, 'forced')).toBe('backoff until 900');
    expect(trace.acquire(300 * S, 'emergency')).toBe('granted');
  });

  test('does not hand out a fencing token again that a store has forgotten', () => {
    const before = new Trace(READY_RECORD);
    const after = new Trace(READY_RECORD);
    before.acquire(100 * S);
    after.acquire(101 * S);
    expect(after.granted[0]).toBeGreaterThan(before.granted[0]!);
  });

  test('hands out larger fencing tokens when the clock stepped back, too', () => {
    const trace = sentAttempt();
    trace.settle(102 * S, NOT_SENT);
    expect(trace.acquire(10 * S)).toBe('granted');
    expect(trace.granted[1]).toBeGreaterThan(trace.granted[0]!);
  });

  test('refuses by its own rules a refresh token that others, with other rules, may have spent', () => {
    const trace = closedAttempt({rotation: 'none'});
    expect(new Trace(trace.record, {rotation: 'strict'}).acquire(900 * S)).toBe('reauthorise: answer-lost');
    expect(new Trace(trace.record, {rotation: 'grace'}).acquire(900 * S)).toBe('granted, reuse');
    expect(new Trace(trace.record, {rotation: 'none'}).acquire(900 * S)).toBe('granted');
  });
});

describe('what came of an attempt', () => {
  test.each<{result: RefreshResult; again: string; generation: number; failures: number}>([
    {result: REFRESHED, again: 'granted', generation: 2, failures: 0},
    {result: FAILED, again: 'granted', generation: 1, failures: 1},
    {result: REJECTED, again: 'reauthorise: rejected', generation: 1, failures: 1},
    {result: NOT_SENT, again: 'granted', generation: 1, failures: 0},
    {result: LOST, again: 'reauthorise: answer-lost', generation: 1, failures: 1},
  ])('$result.kind: then $again', ({result, again, generation, failures}) => {
    const trace = sentAttempt();
    expect(trace.settle(102 * S, result)).toBe(result.kind);
    expect(trace.record).toMatchObject({generation, failures, token: {generation}});
    expect(trace.acquire(300 * S)).toBe(again);
  });

  test.each<{result: RefreshResult; again: string; generation: number; failures: number}>([
    {result: REFRESHED, again: 'granted', generation: 2, failures: 0},
    {result: FAILED, again: 'granted', generation: 1, failures: 1},
    {result: REJECTED, again: 'reauthorise: rejected', generation: 1, failures: 1},
    {result: NOT_SENT, again: 'granted', generation: 1, failures: 0},
    {result: LOST, again: 'reauthorise: answer-lost', generation: 1, failures: 1},
  ])('$result.kind, told after it was closed as lost, is what counts: then $again', (row) => {
    const trace = closedAttempt();
    expect(trace.record).toMatchObject({failures: 1, reauthorise: {why: 'answer-lost', since: 140 * S}});
    expect(trace.settle(150 * S, row.result)).toBe(row.result.kind);
    expect(trace.outcomes()).toBe(row.result.kind);
    expect(trace.record).toMatchObject({generation: row.generation, failures: row.failures});
    expect(trace.acquire(400 * S)).toBe(row.again);
  });

  test.each([REFRESHED, FAILED, REJECTED, NOT_SENT, LOST])(
    'settling $kind twice changes nothing',
    (result) => {
      const trace = sentAttempt();
      trace.settle(102 * S, result);
      const once = trace.record;
      expect(trace.settle(103 * S, result)).toBe(result.kind);
      expect(trace.record).toBe(once);
    },
  );

  test('a token is discarded when an operator installed another meanwhile, and its lease is waited for', () => {
    const trace = sentAttempt();
    trace.install();
    expect(trace.acquire(103 * S)).toBe('busy until 130');
    expect(trace.settle(104 * S, REFRESHED)).toBe('discarded');
    expect(trace.record).toMatchObject({generation: 2, failures: 0, reauthorise: undefined});
    expect(trace.acquire(300 * S)).toBe('granted');
  });

  test('an attempt for an earlier token that dies is no failure of the current one', () => {
    const trace = sentAttempt();
    trace.install();
    expect(trace.acquire(310 * S)).toBe('granted');
    expect(trace.record).toMatchObject({failures: 0, reauthorise: undefined});
    expect(trace.outcomes()).toBe('answer-lost granted');
  });

  test('an attempt that died unsent failed, counts, and spends nothing', () => {
    const trace = new Trace(READY_RECORD);
    trace.acquire(100 * S);
    expect(trace.acquire(309 * S)).toBe('budget until 310');
    expect(trace.acquire(310 * S)).toBe('granted');
    expect(trace.record).toMatchObject({failures: 1, reauthorise: undefined});
    expect(trace.outcomes()).toBe('failed granted');
  });

  test('an attempt never ends before it began, though the clock stepped back', () => {
    const trace = sentAttempt();
    trace.settle(40 * S, FAILED);
    expect(trace.record.attempts[0]).toMatchObject({startedAt: 100 * S, until: 100 * S});
  });

  test('of what nobody knows, nothing is stored', () => {
    const trace = sentAttempt();
    trace.granted.push(7);
    const before = trace.record;
    expect(trace.settle(102 * S, REFRESHED)).toBe('discarded');
    expect(trace.record).toBe(before);
  });
});

describe('grace', () => {
  test('spends a refresh token once more after a lost answer, and then no more', () => {
    const trace = closedAttempt({rotation: 'grace'});
    expect(trace.acquire(400 * S)).toBe('granted, reuse');
    trace.send(401 * S);
    expect(trace.settle(402 * S, LOST)).toBe('answer-lost');
    expect(trace.acquire(900 * S)).toBe('reauthorise: answer-lost');
  });

  test.each([REFRESHED, REJECTED, LOST])(
    '$kind of the first, told during the second, still counts as spent',
    (late) => {
      const trace = closedAttempt({rotation: 'grace'});
      trace.acquire(400 * S);
      trace.send(401 * S);
      trace.settle(402 * S, late, 1);
      trace.settle(403 * S, LOST, 2);
      expect(trace.acquire(900 * S)).toBe('reauthorise: answer-lost');
    },
  );

  test.each([FAILED, NOT_SENT])(
    '$kind of the first, told during the second, gives the second use back',
    (late) => {
      const trace = closedAttempt({rotation: 'grace'});
      trace.acquire(400 * S);
      trace.send(401 * S);
      expect(trace.settle(402 * S, late, 1)).toBe(late.kind);
      trace.settle(403 * S, LOST, 2);
      expect(trace.acquire(900 * S)).toBe('granted, reuse');
    },
  );

  test('a refusal of the second use says that the first one may have spent it', () => {
    const trace = closedAttempt({rotation: 'grace'});
    trace.acquire(400 * S);
    trace.send(401 * S);
    trace.settle(402 * S, REJECTED);
    expect(trace.acquire(900 * S)).toBe('reauthorise: answer-lost');
  });
});

describe('a lease', () => {
  test('that is over allows nothing', () => {
    const trace = sentAttempt();
    expect(renew(trace.record, trace.granted[0]!, 130 * S, 30 * S)).toBeUndefined();
    expect(markSent(trace.record, trace.granted[0]!, 130 * S)).toBeUndefined();
  });

  test('is renewed for its holder only, and keeps others out for longer', () => {
    const trace = sentAttempt();
    expect(renew(trace.record, trace.granted[0]! + 1, 120 * S, 30 * S)).toBeUndefined();
    trace.record = renew(trace.record, trace.granted[0]!, 120 * S, 30 * S)!;
    expect(trace.acquire(149 * S)).toBe('busy until 150');
  });

  test('never becomes shorter when the clock steps back', () => {
    const trace = sentAttempt();
    trace.record = renew(trace.record, trace.granted[0]!, 20 * S, 30 * S)!;
    expect(trace.acquire(129 * S)).toBe('busy until 130');
  });

  test('ends at a whole microsecond, whatever it was told', () => {
    const trace = sentAttempt();
    trace.record = renew(trace.record, trace.granted[0]!, 120 * S, 30 * S + 0.25)!;
    expect(trace.record.attempts[0]!.until).toBe(150 * S);
  });

  test('cannot be used once an operator installed a token', () => {
    const trace = new Trace(READY_RECORD);
    trace.acquire(100 * S);
    trace.install();
    expect(trace.send(101 * S)).toBe('refused');
    expect(renew(trace.record, trace.granted[0]!, 101 * S, 30 * S)).toBeUndefined();
  });
});

describe('a clock that was once far ahead', () => {
  const DAY = 86_400 * S;

  test('keeps nobody waiting for longer than a window once it is put right', () => {
    const trace = new Trace(READY_RECORD);
    trace.acquire(DAY);
    trace.send(DAY);
    trace.settle(DAY, {...FAILED, retryAt: DAY + 60 * S} as typeof FAILED);
    trace.record = notInFuture(trace.record, 100 * S);
    expect(trace.record.notBefore).toBe(160 * S);
    expect(trace.acquire(279 * S)).toBe('budget until 280');
    expect(trace.acquire(280 * S)).toBe('granted');
  });

  test('leaves a lease its length: whoever holds it may still be at it', () => {
    const trace = new Trace(READY_RECORD);
    trace.acquire(DAY);
    trace.send(DAY);
    trace.record = notInFuture(trace.record, 100 * S);
    expect(trace.acquire(129 * S, 'emergency')).toBe('busy until 130');
    expect(trace.acquire(130 * S)).toBe('reauthorise: answer-lost');
  });

  test('that is put back again and again lets nobody begin sooner', () => {
    const trace = new Trace(READY_RECORD);
    trace.acquire(100 * S);
    trace.settle(110 * S, FAILED);
    for (const now of [50, 60, 40]) trace.record = notInFuture(trace.record, now * S);
    expect(trace.acquire(41 * S)).toBe('budget until 220');
    expect(trace.record.attempts[0]).toMatchObject({startedAt: 40 * S, until: 40 * S});
  });
});
