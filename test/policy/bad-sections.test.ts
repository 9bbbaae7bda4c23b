import {expect, test} from 'vitest';
import {problemsOf, type Row, section} from './problems-of.ts';

const NAME = 'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit';

const QUEUES_AND_BREAKERS: readonly Row[] = [
  [
    'a queue of nothing',
    section('queue: { q: }'),
    'p.yaml:2:13: queue.q: expected a queue such as { classes: [interactive, batch] }, got nothing',
  ],
  [
    'a handicap in a list',
    section('queue: { q: { classes: [a, b: 5m, a, 5] } }'),
    'p.yaml:2:28: queue.q.classes[1]: expected the name of a class, got a mapping (to give handicaps, write a mapping: { interactive: 0s, batch: 5m })',
    'p.yaml:2:35: queue.q.classes[2]: "a" is given twice',
    `p.yaml:2:38: queue.q.classes[3]: expected ${NAME}, got 5 (put it in quotes)`,
  ],
  [
    'handicaps that are none',
    section('queue: { q: { classes: { a: 0, "b c": 1m, d: 8d } } }'),
    'p.yaml:2:29: queue.q.classes.a: expected a duration, got 0 (did you mean "0s"?)',
    `p.yaml:2:32: queue.q.classes["b c"]: expected ${NAME}`,
    'p.yaml:2:46: queue.q.classes.d: expected a duration from 0s to 1w, got "8d"',
  ],
  [
    'one class that is no list',
    section('queue: { q: { classes: batch } }'),
    'p.yaml:2:24: queue.q.classes: expected priority classes, such as [interactive, batch] or { interactive: 0s, batch: 5m }, got "batch" (put it in a list: [batch])',
  ],
  [
    'numbers out of range',
    section('queue: { q: { maxAttempts: 0, lease: 60, backoff: { first: 1ms, most: 8d } } }'),
    'p.yaml:2:28: queue.q.maxAttempts: expected a whole number from 1 to 100, got 0',
    'p.yaml:2:38: queue.q.lease: expected a duration such as "250ms", "1s", "1h30m" or "7d", got 60 (did you mean "60s"?)',
    'p.yaml:2:60: queue.q.backoff.first: expected a duration from 10ms to 1w, got "1ms"',
    'p.yaml:2:71: queue.q.backoff.most: expected a duration from 10ms to 1w, got "8d"',
  ],
  [
    'shares that are none',
    section('breakers: { a: { rate: 0.5 }, b: { rate: 0% }, c: { rate: 101% }, d: { rate: 50 } }'),
    'p.yaml:2:24: breakers.a.rate: expected a share above 0% such as "50%", or "none", got 0.5 (did you mean "50%"?)',
    'p.yaml:2:42: breakers.b.rate: expected a share above 0% such as "50%", or "none", got "0%" (rate: none looks at no share)',
    'p.yaml:2:59: breakers.c.rate: expected a share above 0% such as "50%", or "none", got "101%"',
    'p.yaml:2:78: breakers.d.rate: expected a share above 0% such as "50%", or "none", got 50 (did you mean "50%"?)',
  ],
  [
    'counts and spans out of range',
    section('breakers: { a: { failures: 0, window: 2d, minimumCalls: 0, recovery: 1ms, probes: 101 } }'),
    'p.yaml:2:28: breakers.a.failures: expected a whole number from 1 to 10000, got 0',
    'p.yaml:2:39: breakers.a.window: expected a duration from 100ms to 1d, got "2d"',
    'p.yaml:2:57: breakers.a.minimumCalls: expected a whole number from 1 to 1000000, got 0',
    'p.yaml:2:70: breakers.a.recovery: expected a duration from 100ms to 1d, got "1ms"',
    'p.yaml:2:83: breakers.a.probes: expected a whole number from 1 to 100, got 101',
  ],
  [
    'what others call it',
    section('breakers: { a: { resetTimeout: 1m } }'),
    'p.yaml:2:18: breakers.a: unknown field "resetTimeout" (did you mean "recovery"?)',
  ],
  [
    'an empty section is no reason to have no limits',
    section('queue: {}'),
    'p.yaml:1:1: a policy needs "limits" (a list of limits)',
  ],
];

test.each(QUEUES_AND_BREAKERS)('queue and breakers: %s', (_title, text, ...messages) => {
  expect(problemsOf(text)).toEqual(messages);
});

test('all problems of all sections are told at once', () => {
  const text = 'version: 1\ntokens: { a: {} }\nqueue: { q: { lease: 0s } }\nbreakers: { b: 5 }\nlimits: 5\n';
  const places = problemsOf(text).map((message) => /^p\.yaml:(\d+:\d+): /.exec(message)?.[1]);
  expect(places).toEqual(['2:14', '2:14', '3:22', '4:16', '5:9']);
});

test('more entries than a section may have', () => {
  const many = Array.from({length: 257}, (_, i) => `q${i}: {}`).join(', ');
  expect(problemsOf(section(`queue: { ${many} }`))).toEqual([
    'p.yaml:2:8: queue: expected at most 256 queues, got 257',
  ]);
});
