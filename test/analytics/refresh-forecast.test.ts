import {describe, expect, test} from 'vitest';
import {type ForecastFacts, forecastRefresh} from '../../src/analytics/refresh-forecast.ts';
import {DEFAULT_BUDGET} from '../../src/engine/refresh/refresh-budget.ts';
import type {RefreshAttempt} from '../../src/engine/refresh/refresh-record.ts';
import {MINUTE, S} from '../support/instants.ts';

const TEN_IN_TEN = [{count: 10, per: 10 * MINUTE}];

const attempt = (seconds: number, outcome: RefreshAttempt['outcome'] = 'refreshed'): RefreshAttempt => ({
  fencing: seconds,
  by: 'a',
  reason: 'due',
  why: '',
  startedAt: seconds * S,
  until: seconds * S,
  phase: 'ended',
  outcome,
  error: '',
  generation: 1,
  reuse: false,
  told: true,
});

const every = (seconds: number, count: number): readonly RefreshAttempt[] =>
  Array.from({length: count}, (_, n) => attempt(n * seconds));

const forecast = (facts: Partial<ForecastFacts>): ReturnType<typeof forecastRefresh> =>
  forecastRefresh({
    now: 0,
    token: {expiresAt: 3_600 * S},
    margin: 5 * MINUTE,
    reauthorise: undefined,
    notBefore: 0,
    attempts: [],
    budget: DEFAULT_BUDGET,
    ...facts,
  });

describe('the next refresh', () => {
  test.each([
    {what: 'happens a margin before the expiry', facts: {}, at: 3_300},
    {what: 'is due at once when the margin has begun', facts: {now: 3_400 * S}, at: 3_400},
    {what: 'waits for backoff', facts: {now: 3_400 * S, notBefore: 3_450 * S}, at: 3_450},
    {what: 'waits for the budget', facts: {now: 3_400 * S, attempts: [attempt(3_390)]}, at: 3_570},
    {what: 'is not foreseen without a token', facts: {token: undefined}, at: undefined},
    {what: 'is not foreseen without an expiry', facts: {token: {expiresAt: Infinity}}, at: undefined},
    {what: 'is not foreseen when a person has to authorise anew', facts: {reauthorise: {}}, at: undefined},
  ])('$what', ({facts, at}) => {
    expect(forecast(facts).nextRefreshAt).toBe(at === undefined ? undefined : at * S);
  });
});

describe('the budget', () => {
  test.each([
    // 5 attempts so far, one each `pace` s; now is the last one's instant.
    {pace: 30, budget: TEN_IN_TEN, exhausted: 300},
    {pace: 59, budget: TEN_IN_TEN, exhausted: 590},
    {pace: 60, budget: TEN_IN_TEN, exhausted: undefined},
    {pace: 70, budget: TEN_IN_TEN, exhausted: undefined},
    {pace: 170, budget: DEFAULT_BUDGET, exhausted: 850},
    {pace: 180, budget: DEFAULT_BUDGET, exhausted: undefined},
    {pace: 70, budget: [{count: 1_000_000, per: 10 * MINUTE}], exhausted: undefined},
    {pace: 70, budget: [], exhausted: undefined},
  ])('at one attempt in $pace s is exhausted at $exhausted s', ({pace, budget, exhausted}) => {
    const attempts = every(pace, 5);
    const answer = forecast({attempts, budget, now: 4 * pace * S});
    expect(answer.pace).toBe(pace * S);
    expect(answer.exhaustedAt).toBe(exhausted === undefined ? undefined : exhausted * S);
  });

  test('has no pace before there were two attempts, and not-sent ones are none', () => {
    expect(forecast({attempts: [attempt(1)]})).toMatchObject({pace: undefined, exhaustedAt: undefined});
    expect(forecast({attempts: [attempt(1), attempt(2, 'not-sent')]}).pace).toBeUndefined();
  });

  test('goes by the last ten attempts', () => {
    const attempts = [attempt(-10_000), ...every(30, 10)];
    expect(forecast({attempts, now: 270 * S}).pace).toBe(30 * S);
  });

  test('is exhausted at the next attempt when it is used up', () => {
    expect(forecast({attempts: every(10, 10), budget: TEN_IN_TEN, now: 95 * S}).exhaustedAt).toBe(100 * S);
  });
});
