import {describe, expect, test} from 'vitest';
import type {AlgorithmSpec, LimitSpec} from '../../src/engine/policy-model.ts';
import {type LoadedPolicy, parsePolicy} from '../../src/policy/load-policy.ts';

const load = (...fields: readonly string[]): LoadedPolicy =>
  parsePolicy(
    ['version: 1', 'limits:', '  - name: a', ...fields.map((field) => `    ${field}`), ''].join('\n'),
    'p.yaml',
  );

const limitOf = (...fields: readonly string[]): LimitSpec => load(...fields).policy.limits[0]!;

const bucketOf = (...fields: readonly string[]): AlgorithmSpec => {
  const {plan} = limitOf(...fields);
  if (plan.kind !== 'single') throw new Error('not a single plan');
  return plan.buckets[0]!;
};

const SECOND = 1_000_000;

test('a limit with nothing but a name and a rate', () => {
  expect(load('rate: 10/s').policy).toEqual({
    charge: 'all-or-nothing',
    onStoreError: 'local',
    thresholds: [],
    tokens: [],
    queues: [],
    breakers: [],
    priorities: [],
    pools: [],
    adaptive: [],
    behaviour: [],
    degradation: undefined,
    limits: [
      {
        name: 'a',
        key: '{key}',
        mode: 'enforce',
        when: [],
        rollout: 1,
        unless: [],
        cost: 'request',
        overrides: new Map(),
        plan: {
          kind: 'single',
          buckets: [
            {
              kind: 'token-bucket',
              count: 10,
              per: SECOND,
              burst: 10,
              initial: 10,
              refill: {kind: 'continuous'},
            },
          ],
        },
      },
    ],
  });
});

test.each(['open', 'closed', 'local'] as const)('onStoreError: %s', (onStoreError) => {
  const text = `{version: 1, onStoreError: ${onStoreError}, limits: [{name: a, rate: 1/s}]}`;
  expect(parsePolicy(text, 'p.yaml')).toMatchObject({policy: {onStoreError}, source: text});
});

describe('rates', () => {
  test.each<[string, number, number, number]>([
    // rate, count, per in seconds, default burst
    ['10/s', 10, 1, 10],
    ['100/m', 100, 60, 100],
    ['1000/h', 1000, 3600, 1000],
    ['5/d', 5, 86_400, 5],
    ['20/10s', 20, 10, 20],
    ['7/1m30s', 7, 90, 7],
    ['1.67/s', 167, 100, 2],
    ['0.28/s', 7, 25, 1],
    ['1.50/s', 3, 2, 2],
    ['10.0/s', 10, 1, 10],
    ['5/100ms', 5, 0.1, 5],
    ['{ count: 20, per: 10s }', 20, 10, 20],
  ])('%s', (rate, count, seconds, burst) => {
    expect(bucketOf(`rate: ${rate}`)).toMatchObject({count, per: seconds * SECOND, burst});
  });
});

describe('algorithms', () => {
  test.each<[string, string[], AlgorithmSpec]>([
    [
      'a token bucket in steps',
      ['rate: 10/s', 'burst: 20', 'initial: 5', 'refill: { every: 500ms }'],
      {
        kind: 'token-bucket',
        count: 10,
        per: SECOND,
        burst: 20,
        initial: 5,
        refill: {kind: 'stepped', every: 500_000},
      },
    ],
    ['gcra', ['algorithm: gcra', 'rate: 10/s'], {kind: 'gcra', count: 10, per: SECOND, burst: 10}],
    [
      'a fixed window on the epoch grid',
      ['algorithm: fixed-window', 'limit: 5', 'window: 1m'],
      {
        kind: 'fixed-window',
        limit: 5,
        window: {align: 'epoch', length: 60 * SECOND},
        countDenied: false,
      },
    ],
    [
      'a fixed window from the first hit that counts denials',
      ['algorithm: fixed-window', 'limit: 5', 'window: 1m', 'align: first-hit', 'countDenied: true'],
      {
        kind: 'fixed-window',
        limit: 5,
        window: {align: 'first-hit', length: 60 * SECOND},
        countDenied: true,
      },
    ],
    [
      'a quota of the calendar',
      ['algorithm: fixed-window', 'limit: 5', 'window: 1w', 'align: calendar', 'tz: Europe/Berlin'],
      {
        kind: 'fixed-window',
        limit: 5,
        window: {align: 'calendar', unit: 'week', timeZone: 'Europe/Berlin'},
        countDenied: false,
      },
    ],
    [
      'a sliding log',
      ['algorithm: sliding-log', 'limit: 5', 'window: 1h30m'],
      {kind: 'sliding-log', limit: 5, window: 5400 * SECOND},
    ],
    [
      'a leaky bucket that delays',
      ['algorithm: leaky-bucket', 'rate: 10/s', 'burst: 5', 'delay: 2'],
      {kind: 'leaky-bucket', count: 10, per: SECOND, burst: 5, delayFrom: 2},
    ],
    [
      'a leaky bucket as nginx has it by default',
      ['algorithm: leaky-bucket', 'rate: 10/s'],
      {kind: 'leaky-bucket', count: 10, per: SECOND, burst: 0, delayFrom: 0},
    ],
    [
      'a leaky bucket without delay',
      ['algorithm: leaky-bucket', 'rate: 10/s', 'burst: 5', 'nodelay: true'],
      {kind: 'leaky-bucket', count: 10, per: SECOND, burst: 5, delayFrom: Number.POSITIVE_INFINITY},
    ],
    [
      'concurrency',
      ['algorithm: concurrency', 'max: 3'],
      {kind: 'concurrency', max: 3, timeout: 30 * SECOND},
    ],
  ])('%s', (_title, fields, expected) => {
    expect(bucketOf(...fields)).toEqual(expected);
  });
});

describe('tiers, buckets and overrides', () => {
  test('a tier is one bucket or several; the algorithm beside them is their default', () => {
    const {plan} = limitOf(
      'algorithm: sliding-log',
      'tier: "{plan}"',
      'defaultTier: free',
      'tiers:',
      '  free: { limit: 1, window: 1s }',
      '  premium: [ { limit: 2, window: 1s }, { algorithm: gcra, rate: 5/s } ]',
    );
    expect(plan).toEqual({
      kind: 'tiered',
      tier: '{plan}',
      defaultTier: 'free',
      tiers: new Map([
        ['free', [{kind: 'sliding-log', limit: 1, window: SECOND}]],
        [
          'premium',
          [
            {kind: 'sliding-log', limit: 2, window: SECOND},
            {kind: 'gcra', count: 5, per: SECOND, burst: 5},
          ],
        ],
      ]),
    });
  });

  test('several buckets without tiers', () => {
    const {plan} = limitOf('buckets:', '  - rate: 60/m', '  - rate: 1000/h');
    expect(plan).toMatchObject({kind: 'single', buckets: [{count: 60}, {count: 1000}]});
  });

  test('an override has from its limit what it leaves out, when the algorithm is the same', () => {
    const {overrides} = limitOf(
      'rate: 10/s',
      'burst: 20',
      'overrides:',
      '  free: exempt',
      '  evil: block',
      '  fast: { rate: 100/s }',
      '  large: { burst: 50 }',
      '  windowed: { algorithm: sliding-log, limit: 5, window: 1s }',
      '  both: [ { rate: 5/s }, { rate: 50/m } ]',
    );
    const bucket = (count: number, per: number, burst: number) => ({
      kind: 'token-bucket',
      count,
      per,
      burst,
      initial: burst,
      refill: {kind: 'continuous'},
    });
    expect(overrides).toEqual(
      new Map<string, unknown>([
        ['free', {kind: 'exempt'}],
        ['evil', {kind: 'block'}],
        ['fast', {kind: 'buckets', buckets: [bucket(100, SECOND, 20)]}],
        ['large', {kind: 'buckets', buckets: [bucket(10, SECOND, 50)]}],
        ['windowed', {kind: 'buckets', buckets: [{kind: 'sliding-log', limit: 5, window: SECOND}]}],
        ['both', {kind: 'buckets', buckets: [bucket(5, SECOND, 20), bucket(50, 60 * SECOND, 20)]}],
      ]),
    );
  });

  test('nodelay in an override replaces the delay of its limit', () => {
    const {overrides} = limitOf(
      'algorithm: leaky-bucket',
      'rate: 10/s',
      'burst: 8',
      'delay: 2',
      'overrides: { vip: { nodelay: true } }',
    );
    expect(overrides.get('vip')).toMatchObject({
      buckets: [{burst: 8, delayFrom: Number.POSITIVE_INFINITY}],
    });
  });

  test('a block mapping in a list of tiers is not confused by names from Object.prototype', () => {
    const text = [
      'version: 1',
      'limits:',
      '  - name: constructor',
      '    key: "{__proto__}"',
      '    tier: "{toString}"',
      '    tiers: { __proto__: { rate: 1/s }, constructor: { rate: 2/s } }',
      '    defaultTier: __proto__',
      '    overrides: { __proto__: block, hasOwnProperty: exempt, "": { rate: 1/s } }',
    ].join('\n');
    for (const file of ['p.yaml', 'p.json']) {
      const source =
        file === 'p.yaml'
          ? text
          : '{"version":1,"limits":[{"name":"constructor","key":"{__proto__}","tier":"{toString}","tiers":{"__proto__":{"rate":"1/s"},"constructor":{"rate":"2/s"}},"defaultTier":"__proto__","overrides":{"__proto__":"block","hasOwnProperty":"exempt","":{"rate":"1/s"}}}]}';
      const limit = parsePolicy(source, file).policy.limits[0]!;
      expect(limit.overrides.get('__proto__')).toEqual({kind: 'block'});
      expect([...limit.overrides.keys()]).toEqual(['__proto__', 'hasOwnProperty', '']);
      expect(limit.plan.kind === 'tiered' && [...limit.plan.tiers.keys()]).toEqual([
        '__proto__',
        'constructor',
      ]);
    }
    expect(({} as Record<string, unknown>)['rate']).toBeUndefined();
  });
});

describe('matchers', () => {
  test('numbers match as they are written, and any of a list will do', () => {
    const {when, unless} = limitOf(
      'when: { status: [429, 5*], code: 007, internal: true }',
      'unless: { path: /health }',
      'rate: 1/s',
    );
    expect(when).toEqual([
      {attribute: 'status', values: ['429', '5*']},
      {attribute: 'code', values: ['007']},
      {attribute: 'internal', values: ['true']},
    ]);
    expect(unless).toEqual([{attribute: 'path', values: ['/health']}]);
  });
});

describe('YAML and JSON', () => {
  test('anchors and merge keys', () => {
    const {policy} = parsePolicy(
      [
        'version: 1',
        'limits:',
        '  - &base { name: a, key: "{ip}", rate: 10/s, burst: 20 }',
        '  - { <<: *base, name: b, burst: 30 }',
        '  - <<: [ { burst: 5 }, *base ]',
        '    name: c',
      ].join('\n'),
      'p.yaml',
    );
    const buckets = policy.limits.map(({plan}) => plan.kind === 'single' && plan.buckets[0]);
    expect(policy.limits.map(({name, key}) => [name, key])).toEqual([
      ['a', '{ip}'],
      ['b', '{ip}'],
      ['c', '{ip}'],
    ]);
    expect(buckets).toMatchObject([{burst: 20}, {burst: 30}, {burst: 5}]);
  });

  test('the same policy in YAML, in JSON, with a byte order mark and with CRLF', () => {
    const json = '{\n\t"version": 1,\n\t"limits": [\n\t\t{"name": "a", "rate": "10/s", "burst": 2e1}\n\t]\n}';
    const yaml = 'version: 1\nlimits:\n  - name: a\n    rate: 10/s\n    burst: 20\n';
    const {policy} = parsePolicy(yaml, 'p.yaml');
    expect(parsePolicy(json, 'p.json').policy).toEqual(policy);
    expect(parsePolicy(json, 'p.yaml').policy).toEqual(policy);
    expect(parsePolicy(`\ufeff${yaml}`, 'p.yaml').policy).toEqual(policy);
    expect(parsePolicy(`\ufeff${json}`, 'p.json').policy).toEqual(policy);
    expect(parsePolicy(yaml.replaceAll('\n', '\r\n'), 'p.yaml').policy).toEqual(policy);
  });

  test.each([
    [
      'a comment',
      '{\n  // no\n}',
      'p.json:2:3: not JSON: expected a name in double quotes, got "/" (JSON has no comments; a .yaml file may have them)',
    ],
    [
      'a trailing comma',
      '{"version": 1,}',
      'p.json:1:15: not JSON: expected a name in double quotes, got "}"',
    ],
    ['a missing comma', '{"version": 1 "limits": []}', 'p.json:1:15: not JSON: expected "," or "}", got """'],
    ['an early end', '{"version": 1', 'p.json:1:14: not JSON: expected "," or "}", got the end of the file'],
    [
      'more after the end',
      '{"version": 1} x',
      'p.json:1:16: not JSON: expected the end of the file, got "x"',
    ],
    ['NaN', '{"version": NaN}', 'p.json:1:13: not JSON: expected a value, got "N"'],
    ['single quotes', "{'version': 1}", `p.json:1:2: not JSON: expected a name in double quotes, got "'"`],
    [
      'a line break in a text',
      '{"ver\nsion": 1}',
      'p.json:1:6: not JSON: a text cannot hold a line break or control character; use \\n, \\t or \\u00XX, got "\\u000a"',
    ],
    ['an open text', '{"version', 'p.json:1:2: a text is not closed with a double quote'],
    [
      'a bad escape',
      '{"\\x": 1}',
      'p.json:1:3: not JSON: expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, got "\\"',
    ],
    ['a duplicate', '{"version": 1, "version": 1}', 'p.json:1:16: "version" is given twice'],
    [
      'a wrong value, with characters beyond ASCII before it',
      '{"limits": [{"key": "😀é", "rate": 5}]}',
      'p.json:1:35: limits[0].rate: expected a rate',
    ],
  ])('JSON with %s', (_title, text, message) => {
    expect(() => parsePolicy(text, 'p.json')).toThrow(message);
  });
});

describe('warnings', () => {
  test('a rate that nginx rounds', () => {
    expect(load('algorithm: leaky-bucket', 'rate: 1/m').warnings).toEqual([
      'p.yaml:5:11: limits[0].rate: leaky-bucket counts thousandths as nginx does: 1/m becomes 16/1000 per second, one request per 62.5s',
    ]);
    expect(load('algorithm: leaky-bucket', 'rate: 60/m').warnings).toEqual([]);
  });

  test('a queue of a limit, which has no effect: what to write instead', () => {
    expect(load('algorithm: concurrency', 'max: 3', 'timeout: 1s', 'queue: 5').warnings).toEqual([
      'p.yaml:7:5: limits[0].queue: has no effect: a limit refuses at once; for a queue write a pool: concurrency: { api: { max: 3, queue: 5 } }',
    ]);
    expect(load('algorithm: concurrency', 'max: 20000', 'queue: 20000').warnings[0]).toContain(
      '{ api: { max: 10000, queue: 10000 } }',
    );
    expect(load('algorithm: concurrency', 'max: 1', 'queue: 0').warnings).toEqual([]);
  });

  test('what a replay has no use for, once it is there', () => {
    const text = [
      'version: 1',
      'limits: [{ name: a, rate: 1/s }]',
      'queue: { q: {} }',
      'breakers: { db: {}, requests: { counts: failures }, per-key: { key: "{ip}" } }',
      'tokens: { t: { tokenUrl: https://x.example, clientId: c } }',
    ].join('\n');
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([
      'p.yaml:4:17: breakers.db: not evaluated by simulate: it guards calls, which no trace has; "key", "when", "unless" or "counts" makes it guard requests',
      'p.yaml:5:1: section "tokens" is not evaluated by simulate',
      'p.yaml:3:1: section "queue" is not evaluated by simulate',
    ]);
  });

  test('none of what a replay evaluates, nor of sections without an entry', () => {
    const text = [
      'version: 1',
      'limits: [{ name: a, tier: "{p}", tiers: { x: { rate: 1/s }, y: { rate: 2/s } } }]',
      'priorities: { high: { path: /a }, low: {} }',
      'concurrency: { c: { max: 1, queue: 1 } }',
      'breakers: { r: { when: { path: /a } } }',
      'adaptive: { w: { limits: [a], concurrency: [c] } }',
      'behaviour: { a: { ladder: [x, y] } }',
      'degradation: {}',
      'queue: {}',
      'tokens: {}',
    ].join('\n');
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([]);
  });
});

test('thresholds keep their text and place', () => {
  const text =
    'version: 1\nlimits: [{ name: a, rate: 1/s }]\nthresholds:\n  - denied < 1%\n  - "keys == 0"\n';
  const {thresholds, policy} = parsePolicy(text, 'p.yaml');
  expect(policy.thresholds).toEqual(['denied < 1%', 'keys == 0']);
  expect(thresholds).toEqual([
    {text: 'denied < 1%', line: 4, column: 5},
    {text: 'keys == 0', line: 5, column: 5},
  ]);
});
