import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type HealthFacts, tokenHealth} from '../../src/analytics/token-health.ts';
import type {AttemptOutcome} from '../../src/engine/refresh/refresh-record.ts';
import {check} from '../support/check.ts';
import {MINUTE} from '../support/instants.ts';

const NOW = 1_000 * MINUTE;
const TOKEN: NonNullable<HealthFacts['token']> = {
  generation: 1,
  sealed: 'sealed',
  obtainedAt: 0,
  expiresAt: NOW + 60 * MINUTE,
  notBefore: 0,
  scopes: [],
  accessPrint: 'aaaaaaaa',
  refreshPrint: 'bbbbbbbb',
};
const WELL: HealthFacts = {
  token: TOKEN,
  suspect: undefined,
  reauthorise: undefined,
  spends: 'refresh-token',
  now: NOW,
  margin: 5 * MINUTE,
  outcomes: ['refreshed', 'refreshed'],
  failures: 0,
  breaker: 'closed',
  budget: [
    {count: 1, per: 3 * MINUTE, used: 1, nextAt: NOW + 1},
    {count: 10, per: 10 * MINUTE, used: 0, nextAt: 0},
  ],
};
const SUSPECT = {at: NOW, by: 'a', why: 'http-401'};
const leaves = (minutes: number): HealthFacts['token'] => ({...TOKEN, expiresAt: NOW + minutes * MINUTE});
const used = (count: number): HealthFacts['budget'] => [{count: 10, per: 1, used: count, nextAt: 0}];

describe('the score of a token', () => {
  test.each<{what: string; facts: Partial<HealthFacts>; score: number; terms: Record<string, number>}>([
    {what: 'that is well', facts: {}, score: 100, terms: {}},
    {what: 'that never expires', facts: {token: leaves(Infinity)}, score: 100, terms: {}},
    {what: 'at its margin', facts: {token: leaves(5)}, score: 100, terms: {}},
    {what: 'half through its margin', facts: {token: leaves(2.5)}, score: 85, terms: {expiry: 15}},
    {what: 'that expired', facts: {token: leaves(0)}, score: 70, terms: {expiry: 30}},
    {what: 'that was answered 401', facts: {suspect: SUSPECT}, score: 85, terms: {suspicion: 15}},
    {what: 'after two failures in a row', facts: {failures: 2}, score: 90, terms: {failures: 10}},
    {what: 'after many failures in a row', facts: {failures: 99}, score: 80, terms: {failures: 20}},
    {
      what: 'of whose attempts a quarter failed',
      facts: {
        outcomes: ['refreshed', 'failed', 'refreshed', 'refreshed', 'not-sent', 'discarded', undefined],
      },
      score: 95,
      terms: {outcomes: 5},
    },
    {what: 'without known attempts', facts: {outcomes: []}, score: 100, terms: {}},
    {what: 'behind a half-open breaker', facts: {breaker: 'half-open'}, score: 92, terms: {breaker: 8}},
    {what: 'behind an open breaker', facts: {breaker: 'open'}, score: 85, terms: {breaker: 15}},
    {what: 'with 4 of 10 attempts used', facts: {budget: used(4)}, score: 96, terms: {budget: 4}},
    {what: 'with more used than there are', facts: {budget: used(11)}, score: 90, terms: {budget: 10}},
    {
      what: 'whose refresh token was refused',
      facts: {reauthorise: {since: NOW, why: 'rejected'}},
      score: 0,
      terms: {authorisation: 100},
    },
    {
      what: 'that is not there',
      facts: {token: undefined},
      score: 0,
      terms: {authorisation: 100, expiry: 30},
    },
    {
      what: 'that is not there, and can be asked for without one',
      facts: {token: undefined, spends: 'nothing'},
      score: 70,
      terms: {expiry: 30},
    },
    {
      what: 'of the example in the formula',
      facts: {
        token: leaves(2.5),
        failures: 1,
        outcomes: ['refreshed', 'refreshed', 'refreshed', 'failed'],
        budget: used(4),
      },
      score: 71,
      terms: {expiry: 15, failures: 5, outcomes: 5, budget: 4},
    },
  ])('$what: $score', ({facts, score, terms}) => {
    const health = tokenHealth({...WELL, ...facts});
    const lost = health.terms.filter((term) => term.lost > 0).map((term) => [term.name, term.lost]);
    expect(Object.fromEntries(lost)).toEqual(terms);
    expect(health.score).toBe(score);
    expect(health.terms).toHaveLength(7);
  });

  const OUTCOMES: readonly AttemptOutcome[] = [
    'refreshed',
    'failed',
    'rejected',
    'not-sent',
    'answer-lost',
    'discarded',
  ];
  const FACTS: fc.Arbitrary<HealthFacts> = fc
    .record({
      left: fc.integer({min: -10, max: 20}),
      failures: fc.nat(6),
      outcomes: fc.array(fc.constantFrom(...OUTCOMES), {maxLength: 12}),
      breaker: fc.constantFrom('closed' as const, 'half-open' as const, 'open' as const),
      count: fc.nat(10),
      suspect: fc.constantFrom(undefined, SUSPECT),
    })
    .map(({left, count, ...rest}) => ({...WELL, ...rest, token: leaves(left / 2), budget: used(count)}));

  test('is a whole number from 0 to 100, and 100 less what the terms lose', () => {
    check(FACTS, (facts) => {
      const {score, terms} = tokenHealth(facts);
      expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
      expect(score).toBe(Math.max(0, 100 - terms.reduce((sum, {lost}) => sum + lost, 0)));
    });
  });

  test.each<{worse: string; make: (facts: HealthFacts) => HealthFacts}>([
    {worse: 'a failure more in a row', make: (facts) => ({...facts, failures: facts.failures + 1})},
    {worse: 'a failed attempt more', make: (facts) => ({...facts, outcomes: [...facts.outcomes, 'failed']})},
    {
      worse: 'a lost answer more, as everything that is known',
      make: (facts) => ({
        ...facts,
        failures: facts.failures + 1,
        outcomes: [...facts.outcomes, 'answer-lost'],
      }),
    },
    {worse: 'less time', make: (facts) => ({...facts, now: facts.now + MINUTE / 3})},
    {worse: 'an open breaker', make: (facts) => ({...facts, breaker: 'open'})},
    {worse: 'a 401', make: (facts) => ({...facts, suspect: SUSPECT})},
    {worse: 'an attempt more used', make: (facts) => ({...facts, budget: used(facts.budget[0]!.used + 1)})},
    {
      worse: 'a refused refresh token',
      make: (facts) => ({...facts, reauthorise: {since: NOW, why: 'rejected'}}),
    },
  ])('is never raised by $worse', ({make}) => {
    check(FACTS, (facts) => {
      expect(tokenHealth(make(facts)).score).toBeLessThanOrEqual(tokenHealth(facts).score);
    });
  });
});
