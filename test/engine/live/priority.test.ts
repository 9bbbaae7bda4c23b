import {describe, expect, test} from 'vitest';
import {prioritiesOf} from '../../../src/engine/live/priority.ts';
import type {Attributes} from '../../../src/engine/live/request-router.ts';
import type {PrioritySpec} from '../../../src/engine/priority-spec.ts';

const path = (...values: readonly string[]) => [{attribute: 'path', values}];
const CLASSES: readonly PrioritySpec[] = [
  {name: 'essential', when: path('/health', '/checkout/*')},
  {name: 'paid', when: [{attribute: 'plan', values: ['pro']}, ...path('/api/*')]},
  {name: 'low', when: path('/reports/*')},
];
const named = (priorities: readonly PrioritySpec[], attributes: Attributes): string =>
  priorities[prioritiesOf({priorities})(attributes)]?.name ?? 'none';

describe('the priority class of a request', () => {
  test.each<[string, Attributes, string]>([
    ['is the first whose conditions it meets', {path: '/checkout/7', plan: 'pro'}, 'essential'],
    ['needs all conditions of a class', {path: '/api/x', plan: 'pro'}, 'paid'],
    ['is the last where it meets none', {path: '/api/x', plan: 'free'}, 'low'],
    ['is the last without any attribute', {}, 'low'],
    [
      'is the one that it names itself, before any condition',
      {path: '/reports/1', priority: 'essential'},
      'essential',
    ],
    ['is by its conditions where it names no class', {path: '/health', priority: 'urgent'}, 'essential'],
    ['is not found in what every object has', {path: '/health', priority: 'toString'}, 'essential'],
  ])('%s', (_, attributes, expected) => {
    expect(named(CLASSES, attributes)).toBe(expected);
  });

  test('without conditions is that of every request which no other class takes, wherever it stands', () => {
    const classes = [CLASSES[0]!, {name: 'normal', when: []}, CLASSES[2]!];
    expect(named(classes, {path: '/anything'})).toBe('normal');
    expect(named(classes, {path: '/health'})).toBe('essential');
    expect(named(classes, {path: '/reports/1'})).toBe('low');
    expect(named(classes, {path: '/anything', priority: 'low'})).toBe('low');
    expect(named([...classes, {name: 'never', when: []}], {path: '/anything'})).toBe('normal');
  });

  test('is 0 in a policy that names none', () => {
    expect(prioritiesOf({priorities: []})({priority: 'low'})).toBe(0);
  });
});
