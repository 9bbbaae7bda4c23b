import {expect, test} from 'vitest';
import {AlertBook} from '../../src/serve/alerts/alert-book.ts';
import type {Condition} from '../../src/serve/alerts/conditions.ts';
import {S} from '../support/instants.ts';

const of = (kind: Condition['kind'], subject = 'plan'): Condition => ({kind, subject, text: '', next: ''});
const REACHED = of('limit-reached');
const NEAR = of('limit-near');

/** What is told at each look, one every five seconds. */
const told = (looks: readonly (readonly Condition[])[]): readonly (readonly string[])[] => {
  const book = new AlertBook(3_600 * S);
  return looks.map((conditions, i) =>
    book.update({known: 'all', conditions}, i * 5 * S).map(({status, kind}) => `${status} ${kind}`),
  );
};

test('a limit whose key goes to and fro between limited and near is told once', () => {
  const looks = [[REACHED], [NEAR], [NEAR], [NEAR], [REACHED], [REACHED], [REACHED], [NEAR]];
  expect(told(looks)).toEqual([['firing limit-reached'], ['firing limit-near'], [], [], [], [], [], []]);
});

test('both are over when two looks in a row find neither', () => {
  expect(told([[REACHED, NEAR], [], []])).toEqual([
    ['firing limit-reached', 'firing limit-near'],
    [],
    ['resolved limit-reached', 'resolved limit-near'],
  ]);
});

test('what was counted as missed begins anew when the other one is seen', () => {
  expect(told([[REACHED], [], [NEAR], [], []]).slice(2)).toEqual([
    ['firing limit-near'],
    [],
    ['resolved limit-reached', 'resolved limit-near'],
  ]);
});

test('another limit holds nothing', () => {
  expect(told([[REACHED], [of('limit-near', 'per-ip')], []])[2]).toEqual(['resolved limit-reached']);
});
