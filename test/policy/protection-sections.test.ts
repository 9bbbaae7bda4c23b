import {describe, expect, test} from 'vitest';
import type {AdaptiveSpec, DegradationSpec} from '../../src/engine/control/control-spec.ts';
import type {Policy} from '../../src/engine/policy-model.ts';
import type {PoolSpec} from '../../src/engine/pool/pool-spec.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';

const MS = 1_000;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LIMITS = [
  'limits:',
  '  - { name: per-tenant, key: "{tenant}", rate: 10/s }',
  '  - { name: plan, tier: "{plan}", tiers: { 1: { rate: 1/s }, free: { rate: 2/s }, premium: { rate: 3/s } } }',
];

const policyOf = (...lines: readonly string[]): Policy =>
  parsePolicy(['version: 1', ...LIMITS, ...lines, ''].join('\n'), 'p.yaml').policy;

const poolOf = (fields: string): PoolSpec => policyOf(`concurrency: { a: { ${fields} } }`).pools[0]!;
const adaptiveOf = (fields: string): AdaptiveSpec => {
  const lines = ['concurrency: { api: { max: 1 } }', `adaptive: { a: { ${fields} } }`];
  return policyOf(...lines).adaptive[0]!;
};
const degradationOf = (fields: string): DegradationSpec =>
  policyOf(`degradation: { ${fields} }`).degradation!;

test('a policy without the sections has none of it', () => {
  expect(policyOf()).toMatchObject({
    priorities: [],
    pools: [],
    adaptive: [],
    behaviour: [],
    degradation: undefined,
  });
});

describe('priorities', () => {
  test('keep their order, and match as limits do', () => {
    expect(
      policyOf('priorities: { z: { path: [/health, "/a*"], method: GET }, a: { status: 200 }, low: {} }')
        .priorities,
    ).toEqual([
      {
        name: 'z',
        when: [
          {attribute: 'path', values: ['/health', '/a*']},
          {attribute: 'method', values: ['GET']},
        ],
      },
      {name: 'a', when: [{attribute: 'status', values: ['200']}]},
      {name: 'low', when: []},
    ]);
  });

  test.each([
    [
      'a second one that takes all that is left',
      'priorities: { a: { path: /a }, b: {}, c: {} }',
      'p.yaml:5:42: priorities.c: never reached but by requests whose attribute "priority" names it: "b" before it takes all requests that are left',
    ],
    [
      'the same matchers in another order',
      'priorities: { b: { path: [/a, /b], ip: x }, c: { ip: x, path: [/b, /a, /a] } }',
      'p.yaml:5:48: priorities.c: never reached but by requests whose attribute "priority" names it: "b" before it takes the same requests',
    ],
  ])('warn of a class that is not reached: %s', (_title, line, warning) => {
    const text = ['version: 1', ...LIMITS, line, ''].join('\n');
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([warning]);
  });
});

describe('a pool', () => {
  test('with nothing but its slots has every default', () => {
    expect(poolOf('max: 10')).toEqual({
      name: 'a',
      max: 10,
      key: undefined,
      maxPerKey: 10,
      queue: 0,
      wait: 30 * SECOND,
      lease: 30 * SECOND,
      order: 'fifo',
      when: [],
      unless: [],
    });
  });

  test('takes everything that is given', () => {
    expect(
      poolOf(
        'max: 9, key: "{tenant}", maxPerKey: 5, queue: 50, wait: 1ms, lease: 100ms, order: adaptive-lifo, when: { path: "/a*" }, unless: { path: /ab }',
      ),
    ).toEqual({
      name: 'a',
      max: 9,
      key: '{tenant}',
      maxPerKey: 5,
      queue: 50,
      wait: MS,
      lease: 100 * MS,
      order: 'adaptive-lifo',
      when: [{attribute: 'path', values: ['/a*']}],
      unless: [{attribute: 'path', values: ['/ab']}],
    });
  });

  test('has no bound per client but its own where only the key is given', () => {
    expect(poolOf('max: 7, key: "{ip}"')).toMatchObject({key: '{ip}', maxPerKey: 7});
  });

  test('goes to the ends of its ranges', () => {
    expect(poolOf('max: 10000, queue: 10000, wait: 1h, lease: 1d, order: lifo')).toMatchObject({
      max: 10_000,
      queue: 10_000,
      wait: HOUR,
      lease: DAY,
      order: 'lifo',
    });
  });

  test.each([
    [
      'max: 1, wait: 1s',
      'p.yaml:5:29: concurrency.a.wait: means nothing without a "queue": who finds no slot is refused at once',
    ],
    [
      'max: 1, queue: 0, order: lifo',
      'p.yaml:5:39: concurrency.a.order: means nothing without a "queue": who finds no slot is refused at once',
    ],
    [
      'max: 1, when: { a: b }, unless: { a: b }',
      'p.yaml:5:45: concurrency.a.unless: matches what "when" matches: no request is left',
    ],
  ])('warns of what is probably not meant: %s', (fields, warning) => {
    const text = ['version: 1', ...LIMITS, `concurrency: { a: { ${fields} } }`, ''].join('\n');
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([warning]);
  });
});

describe('a controller', () => {
  test('with nothing but what it scales has every default', () => {
    expect(adaptiveOf('limits: [plan, per-tenant]')).toEqual({
      name: 'a',
      limits: ['plan', 'per-tenant'],
      pools: [],
      controller: {kind: 'aimd', decrease: 0.9, increase: 0.05},
      every: 5 * SECOND,
      targets: {cpu: 0.8, memory: 0.85, eventLoop: undefined, responseTime: 5 * SECOND},
      floor: 0.1,
    });
  });

  test('takes everything that is given', () => {
    expect(
      adaptiveOf(
        'limits: [plan], concurrency: [api], controller: { aimd: { decrease: 0.5, increase: 12.5% } }, every: 100ms, signals: { cpu: 100%, memory: 0.01%, eventLoop: 200ms, responseTime: 1ms }, floor: 100%',
      ),
    ).toEqual({
      name: 'a',
      limits: ['plan'],
      pools: ['api'],
      controller: {kind: 'aimd', decrease: 0.5, increase: 0.125},
      every: 100 * MS,
      targets: {cpu: 1, memory: 0.0001, eventLoop: 200 * MS, responseTime: MS},
      floor: 1,
    });
  });

  test('looks at those signals only that are given', () => {
    expect(adaptiveOf('limits: [plan], signals: { eventLoop: 1m }').targets).toEqual({
      cpu: undefined,
      memory: undefined,
      eventLoop: MINUTE,
      responseTime: undefined,
    });
  });

  test.each([
    ['aimd', {kind: 'aimd', decrease: 0.9, increase: 0.05}],
    ['{ aimd: {} }', {kind: 'aimd', decrease: 0.9, increase: 0.05}],
    ['gradient', {kind: 'gradient', tolerance: 1.5, smoothing: 0.2, longWindow: 600}],
    ['{ gradient: { smoothing: 1 } }', {kind: 'gradient', tolerance: 1.5, smoothing: 1, longWindow: 600}],
    [
      '{ gradient: { tolerance: 1, smoothing: 0.01, longWindow: 1 } }',
      {kind: 'gradient', tolerance: 1, smoothing: 0.01, longWindow: 1},
    ],
  ])('controller: %s', (written, controller) => {
    expect(adaptiveOf(`concurrency: [api], controller: ${written}`).controller).toEqual(controller);
  });
});

describe('behaviour', () => {
  const behaviourOf = (fields: string) => policyOf(`behaviour: { plan: { ${fields} } }`).behaviour[0]!;

  test('with nothing but a ladder has every default', () => {
    expect(behaviourOf('ladder: [free, premium]')).toEqual({
      limit: 'plan',
      ladder: ['free', 'premium'],
      window: HOUR,
      promote: 0.9,
      demote: 0.3,
      demoteTo: 'next',
      minimumRequests: 50,
    });
  });

  test('takes everything that is given, and names of tiers as they are written', () => {
    expect(
      behaviourOf(
        'ladder: [1, premium, free], window: 1w, promote: 1, demote: 0, demoteTo: lowest, minimumRequests: 1',
      ),
    ).toEqual({
      limit: 'plan',
      ladder: ['1', 'premium', 'free'],
      window: 7 * DAY,
      promote: 1,
      demote: 0,
      demoteTo: 'lowest',
      minimumRequests: 1,
    });
  });
});

describe('degradation', () => {
  test('with nothing given has every default', () => {
    expect(degradationOf('')).toEqual({
      targets: {cpu: 0.8, memory: 0.85, eventLoop: undefined, responseTime: 5 * SECOND},
      every: 5 * SECOND,
      enter: {'shed-low': 1, 'essential-only': 1.2, closed: 1.5},
      leave: 0.8,
      after: 10 * SECOND,
      hold: 30 * SECOND,
    });
  });

  test('takes everything that is given', () => {
    expect(
      degradationOf(
        'signals: { cpu: 50% }, every: 1h, enter: { shed-low: 0.5%, essential-only: 99.99%, closed: 1000% }, leave: 99.99%, after: 0s, hold: 1d',
      ),
    ).toEqual({
      targets: {cpu: 0.5, memory: undefined, eventLoop: undefined, responseTime: undefined},
      every: HOUR,
      enter: {'shed-low': 0.005, 'essential-only': 0.9999, closed: 10},
      leave: 0.9999,
      after: 0,
      hold: DAY,
    });
  });

  test('has the defaults of the modes that are not given', () => {
    expect(degradationOf('enter: { closed: 300% }').enter).toEqual({
      'shed-low': 1,
      'essential-only': 1.2,
      closed: 3,
    });
  });

  test.each(['', 'priorities: { all: {} }'])('warns where all requests are alike: %s', (line) => {
    const text = ['version: 1', 'limits: [{ name: a, rate: 1/s }]', line, 'degradation: {}'].join('\n');
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([
      'p.yaml:4:1: degradation: without several classes in "priorities" all requests are alike: only the mode closed refuses any',
    ]);
  });
});

describe('signals that cannot be passed', () => {
  const warningsOf = (line: string): readonly string[] =>
    parsePolicy(
      ['version: 1', ...LIMITS, 'priorities: { a: {path: /a}, b: {} }', line, ''].join('\n'),
      'p.yaml',
    ).warnings;

  test.each([
    [
      'signals: { cpu: 90% }, enter: { shed-low: 120%, essential-only: 130% }',
      '111.11%',
      'shed-low begins at 120%',
    ],
    ['signals: { cpu: 100%, memory: 95% }, enter: { shed-low: 110% }', '105.26%', 'shed-low begins at 110%'],
  ])('warn where no mode is ever entered: %s', (fields, most, begins) => {
    const [warning, ...others] = warningsOf(`degradation: { ${fields} }`);
    expect(others).toEqual([]);
    expect(warning).toMatch(/^p\.yaml:\d+:\d+: degradation: no mode is ever entered: /);
    expect(warning).toContain(`the pressure is at most ${most}, and ${begins}`);
  });

  test.each([
    'degradation: { signals: { cpu: 80% } }',
    'degradation: { signals: { cpu: 100% } }',
    'degradation: { signals: { cpu: 100%, responseTime: 1s }, enter: { shed-low: 110% } }',
    'degradation: {}',
    'adaptive: { p: { limits: [plan], signals: { cpu: 99% } } }',
    'adaptive: { p: { limits: [plan], signals: { cpu: 100%, eventLoop: 100ms } } }',
    'adaptive: { p: { limits: [plan], controller: gradient, signals: { cpu: 100% } } }',
  ])('do not where one is, or something else is measured: %s', (line) => {
    expect(warningsOf(line)).toEqual([]);
  });

  test('warn where a controller never shrinks anything', () => {
    expect(warningsOf('adaptive: { p: { limits: [plan], signals: { memory: 100% } } }')).toEqual([
      expect.stringContaining('adaptive.p: never shrinks anything: CPU and memory are never above 100%'),
    ]);
  });
});
