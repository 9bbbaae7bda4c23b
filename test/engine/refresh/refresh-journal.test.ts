import {describe, expect, test} from 'vitest';
import {markTold, reportSuspect, untold} from '../../../src/engine/refresh/refresh-transitions.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {closedAttempt, FAILED, NOT_SENT, READY_RECORD, REFRESHED, sentAttempt, Trace} from './records.ts';

describe('the audit journal', () => {
  test('is told of each attempt that ended, once', () => {
    const trace = sentAttempt();
    expect(untold(trace.record)).toEqual([]);
    trace.settle(102 * S, FAILED);
    expect(untold(trace.record)).toMatchObject([{outcome: 'failed', error: 'http-503'}]);
    trace.record = markTold(trace.record, untold(trace.record));
    expect(untold(trace.record)).toEqual([]);
    expect(markTold(trace.record, trace.record.attempts)).toBe(trace.record);
  });

  test('is told again when a late word corrects what it has', () => {
    const trace = closedAttempt();
    trace.record = markTold(trace.record, untold(trace.record));
    trace.settle(150 * S, REFRESHED);
    expect(untold(trace.record)).toMatchObject([{outcome: 'refreshed'}]);
  });

  test('is told again when the late word came while it was told', () => {
    const trace = closedAttempt();
    const telling = untold(trace.record);
    trace.settle(150 * S, REFRESHED);
    trace.record = markTold(trace.record, telling);
    expect(untold(trace.record)).toMatchObject([{outcome: 'refreshed'}]);
  });
});

describe('a suspicion', () => {
  const suspect = {at: 5 * S, by: 'a', why: 'http-401'};

  test('is kept with the first word, and goes with a new token', () => {
    const trace = sentAttempt();
    trace.record = reportSuspect(trace.record, suspect);
    trace.record = reportSuspect(trace.record, {...suspect, by: 'b'});
    expect(trace.record.suspect).toEqual(suspect);
    trace.settle(102 * S, REFRESHED);
    expect(trace.record.suspect).toBeUndefined();
  });

  test('of an earlier token says nothing of the current one', () => {
    expect(reportSuspect(READY_RECORD, suspect, 0)).toBe(READY_RECORD);
    expect(reportSuspect(READY_RECORD, suspect, 1).suspect).toEqual(suspect);
  });
});

test('attempts are forgotten when told and out of every window, also those whose answer was lost', () => {
  const trace = new Trace(READY_RECORD, {rotation: 'none'});
  for (let now = 0; now < 600 * MINUTE; now += MINUTE) {
    if (trace.acquire(now) === 'granted') trace.send(now);
    trace.record = markTold(trace.record, untold(trace.record));
  }
  expect(trace.record.attempts.length).toBeLessThan(6);
});

test('attempts that were not sent are forgotten at once when told', () => {
  const trace = new Trace(READY_RECORD);
  for (let now = 0; now < 100 * S; now += S) {
    trace.acquire(now);
    trace.settle(now, NOT_SENT);
    trace.record = markTold(trace.record, untold(trace.record));
  }
  expect(trace.record.attempts).toHaveLength(1);
});
