import {describe, expect, test} from 'vitest';
import type {LoadResult} from '../../src/bench/load-result.ts';
import {histogramOf} from '../../src/bench/merge-load.ts';
import {type Answered, Recorder} from '../../src/bench/recorder.ts';

const S = 1_000_000;
const STORE: Answered = {allowed: true, source: 'store', now: 0};
const recorder = (more: {keepDecisions?: boolean} = {}): Recorder =>
  new Recorder({
    from: 10 * S,
    until: 12 * S,
    step: S,
    keepDecisions: false,
    epochOf: (us) => us / 1_000,
    ...more,
  });
const resultOf = (one: Recorder, endedAt = 12 * S): LoadResult =>
  one.result({cpu: 0, idle: 0, cpuOver: 2 * S}, endedAt);

/** A request from its intended start to its answer. */
const request = (
  to: Recorder,
  {
    intended,
    sent = intended,
    at,
    answer = STORE,
    waited = false,
  }: {
    intended: number;
    sent?: number;
    at: number;
    answer?: Answered;
    waited?: boolean;
  },
): void => {
  to.sent(sent);
  to.answered(intended, sent, at, answer, waited);
};

describe('what is written down of a run', () => {
  test('response counts from the intended start, service from the real one, lateness between them', () => {
    const one = recorder();
    request(one, {intended: 10 * S, sent: 10 * S + 100, at: 10 * S + 120});
    const {response, service, lateness} = resultOf(one);
    expect([response, service, lateness].map((parts) => histogramOf(parts).max)).toEqual([120, 20, 100]);
  });

  test('who had to wait for others was not late', () => {
    const one = recorder();
    request(one, {intended: 10 * S, sent: 11 * S, at: 11 * S + 50, waited: true});
    expect(histogramOf(resultOf(one).lateness).count).toBe(0);
    expect(histogramOf(resultOf(one).response).max).toBe(S + 50);
  });

  test('warm-up and what is meant to start at the end or later do not count', () => {
    const one = recorder();
    request(one, {intended: 10 * S - 1, at: 10 * S + 5});
    request(one, {intended: 12 * S, at: 12 * S + 5});
    expect(resultOf(one)).toMatchObject({allowed: 0, denied: 0, late: 0});
  });

  test('what comes after the end counts, and is late', () => {
    const one = recorder();
    request(one, {intended: 12 * S - 1, at: 13 * S});
    expect(resultOf(one)).toMatchObject({allowed: 1, late: 1, elapsed: 3 * S});
  });

  test('decisions without the store are counted and in no latency', () => {
    const one = recorder();
    request(one, {intended: 10 * S, at: 10 * S + 1, answer: {...STORE, source: 'open'}});
    expect(resultOf(one)).toMatchObject({allowed: 0, withoutStore: 1});
    expect(histogramOf(resultOf(one).response).count).toBe(0);
  });

  test('remembered refusals are decisions that did not reach the store', () => {
    const one = recorder();
    request(one, {intended: 10 * S, at: 10 * S + 1, answer: {allowed: false, source: 'cache', now: 0}});
    expect(resultOf(one)).toMatchObject({denied: 1, remembered: 1});
  });

  test('a request that was never sent counts with the time it had waited', () => {
    const one = recorder();
    one.neverSent(11 * S, 13 * S);
    const result = resultOf(one);
    expect(result).toMatchObject({unsent: 1, late: 1, allowed: 0});
    expect(histogramOf(result.response).max).toBe(2 * S);
  });

  test('the longest silence is one in which something was under way', () => {
    const one = recorder();
    request(one, {intended: 10 * S, at: 10 * S + 10});
    // Nobody asks for half a second: that is no silence of the store.
    request(one, {intended: 10.5 * S, at: 10.7 * S});
    expect(resultOf(one).silence).toBe(0.2 * S);
  });

  test('a loss lasts from the last answer of the store to the next', () => {
    const one = recorder();
    request(one, {intended: 10 * S, at: 10 * S + 5_000});
    one.lost(10.5 * S);
    request(one, {intended: 10.6 * S, at: 10.6 * S, answer: {...STORE, source: 'open'}});
    request(one, {intended: 11 * S, at: 11 * S + 1_000});
    expect(resultOf(one).outages).toEqual([{lastAnswerAt: 10_005, noticedAt: 10_500, firstAnswerAt: 11_001}]);
  });

  test('a loss without an end says so', () => {
    const one = recorder();
    one.lost(11 * S);
    expect(resultOf(one).outages).toEqual([
      {lastAnswerAt: 10_000, noticedAt: 11_000, firstAnswerAt: undefined},
    ]);
  });

  test('the series has a step for every second, also those without an answer', () => {
    const one = recorder();
    request(one, {intended: 11 * S, at: 11.5 * S});
    request(one, {intended: 11.9 * S, at: 12.05 * S});
    expect(resultOf(one).steps.map(({allowed}) => allowed)).toEqual([0, 2]);
  });

  test('a run that was stopped has the rate of the time it had', () => {
    const one = recorder();
    request(one, {intended: 10 * S, at: 10 * S + 10});
    expect(resultOf(one, 10.5 * S).elapsed).toBe(0.5 * S);
  });

  test('decisions are kept where they are asked for', () => {
    const one = recorder({keepDecisions: true});
    request(one, {intended: 10 * S, at: 10 * S + 1, answer: {allowed: false, source: 'store', now: 77}});
    expect(resultOf(one).decisions).toEqual({now: Float64Array.of(77), allowed: Uint8Array.of(0)});
  });
});
