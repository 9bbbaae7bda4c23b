import {describe, expect, test} from 'vitest';
import type {Policy} from '../../src/engine/policy-model.ts';
import type {SecretSource, TokenProviderSpec} from '../../src/engine/refresh/token-provider-spec.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {readPreset} from '../../src/policy/presets.ts';

const MS = 1_000;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

const policyOf = (...lines: readonly string[]): Policy =>
  parsePolicy(['version: 1', ...lines, ''].join('\n'), 'p.yaml').policy;

const providerOf = (...fields: readonly string[]): TokenProviderSpec => {
  const given = ['tokenUrl: https://auth.example.com/token', 'clientId: c', ...fields];
  return policyOf(`tokens: { a: { ${given.join(', ')} } }`).tokens[0]!;
};

describe('a token provider', () => {
  test('with nothing but its URL and the client has every default', () => {
    expect(providerOf()).toEqual({
      name: 'a',
      tokenUrl: 'https://auth.example.com/token',
      grant: 'refresh-token',
      clientId: 'c',
      auth: {kind: 'none'},
      scopes: [],
      parameters: new Map(),
      rotation: 'strict',
      budget: [
        {count: 1, per: 3 * MINUTE},
        {count: 10, per: 10 * MINUTE},
      ],
      margin: 5 * MINUTE,
      jitter: 0.1,
      timeout: 30 * SECOND,
      lease: MINUTE,
      backoff: {first: 10 * SECOND, most: 10 * MINUTE},
      breaker: {
        failures: 3,
        rate: undefined,
        window: 10 * MINUTE,
        minimumCalls: 1,
        recovery: 5 * MINUTE,
        probes: 1,
      },
    });
  });

  test('takes everything that is given', () => {
    const given = [
      'clientSecret: { env: SECRET }',
      'scopes: [a, "https://x.example/b"]',
      'parameters: { audience: "https://api.example.com", resource: r }',
      'rotation: grace',
      'budget: [2/1m, { count: 20, per: 1h }]',
      'margin: 90s',
      'jitter: 0%',
      'timeout: 250ms',
      'lease: 1s',
      'backoff: { most: 1h }',
      'breaker: { failures: 9, rate: 25%, window: 3m, minimumCalls: 4, recovery: 30s, probes: 2 }',
    ];
    expect(providerOf(...given)).toMatchObject({
      auth: {kind: 'basic', secret: {kind: 'env', name: 'SECRET'}},
      scopes: ['a', 'https://x.example/b'],
      parameters: new Map([
        ['audience', 'https://api.example.com'],
        ['resource', 'r'],
      ]),
      rotation: 'grace',
      budget: [
        {count: 2, per: MINUTE},
        {count: 20, per: 60 * MINUTE},
      ],
      margin: 90 * SECOND,
      jitter: 0,
      timeout: 250 * MS,
      lease: SECOND,
      backoff: {first: 10 * SECOND, most: 60 * MINUTE},
      breaker: {
        failures: 9,
        rate: 0.25,
        window: 3 * MINUTE,
        minimumCalls: 4,
        recovery: 30 * SECOND,
        probes: 2,
      },
    });
  });

  test('of client credentials spends no refresh token', () => {
    const provider = providerOf('grant: client-credentials', 'clientSecret: { env: S }');
    expect(provider).toMatchObject({grant: 'client-credentials', rotation: 'none'});
  });

  test.each<[string, SecretSource]>([
    ['{ env: _MY_SECRET1 }', {kind: 'env', name: '_MY_SECRET1'}],
    // As written: whoever reads it resolves it against the folder of the policy.
    ['{ file: ../secrets/s.txt }', {kind: 'file', path: '../secrets/s.txt'}],
    ['{ command: [pass, show, ""] }', {kind: 'command', argv: ['pass', 'show', '']}],
  ])('has its secret from %s', (written, secret) => {
    expect(providerOf(`clientSecret: ${written}`).auth).toEqual({kind: 'basic', secret});
    expect(providerOf('auth: post', `clientSecret: ${written}`).auth).toEqual({kind: 'post', secret});
    expect(providerOf('auth: private-key-jwt', `clientKey: ${written}`).auth).toEqual({
      kind: 'private-key-jwt',
      key: secret,
      algorithm: 'RS256',
      keyId: '',
    });
  });

  test.each([
    'http://localhost/token',
    'http://localhost:8080/token',
    'http://127.1.2.3/token?tenant=a',
    'http://[::1]:9999',
  ])('may be on this machine without TLS: %s', (url) => {
    const text = `tokens: { a: { tokenUrl: "${url}", clientId: c } }`;
    expect(policyOf(text).tokens[0]!.tokenUrl).toBe(url);
  });
});

describe('a queue', () => {
  test('with nothing given has every default', () => {
    expect(policyOf('queue: { calls: {} }').queues).toEqual([
      {
        name: 'calls',
        classes: [{name: 'normal', handicap: 0}],
        maxAttempts: 5,
        lease: MINUTE,
        backoff: {first: SECOND, most: 5 * MINUTE},
      },
    ]);
  });

  test('that lists classes gives them handicaps in their order', () => {
    expect(policyOf('queue: { q: { classes: [urgent, normal, batch] } }').queues[0]!.classes).toEqual([
      {name: 'urgent', handicap: 0},
      {name: 'normal', handicap: MINUTE},
      {name: 'batch', handicap: 2 * MINUTE},
    ]);
  });

  test('that maps classes takes the handicaps as they are', () => {
    expect(policyOf('queue: { q: { classes: { batch: 5m, urgent: 0s } } }').queues[0]!.classes).toEqual([
      {name: 'batch', handicap: 5 * MINUTE},
      {name: 'urgent', handicap: 0},
    ]);
  });
});

describe('a circuit breaker', () => {
  const defaults = {
    failures: 5,
    rate: 0.5,
    window: MINUTE,
    minimumCalls: 10,
    recovery: MINUTE,
    probes: 1,
    guards: {kind: 'calls'},
    healthCheck: 10 * SECOND,
  };

  test('with nothing given has every default', () => {
    expect(policyOf('breakers: { db: {}, "mail.out": { recovery: 30s } }').breakers).toEqual([
      {name: 'db', ...defaults},
      {name: 'mail.out', ...defaults, recovery: 30 * SECOND},
    ]);
  });

  test('may look at failures in a row only', () => {
    expect(policyOf('breakers: { db: { rate: none } }').breakers[0]!.rate).toBeUndefined();
  });
});

describe('what a circuit breaker guards', () => {
  const guardsOf = (fields: string) =>
    policyOf('limits: [{ name: a, rate: 1/s }]', `breakers: { b: { ${fields} } }`).breakers[0]!.guards;
  const requests = {kind: 'requests', when: [], unless: [], key: undefined, counts: 'failures'};
  const path = (value: string) => [{attribute: 'path', values: [value]}];

  test.each([
    ['failures: 9, healthCheck: 1s', {kind: 'calls'}],
    ['counts: failures', requests],
    ['counts: refusals', {...requests, counts: 'refusals'}],
    ['key: "{tenant}"', {...requests, key: '{tenant}'}],
    ['when: { path: /a }', {...requests, when: path('/a')}],
    ['unless: { path: /a }', {...requests, unless: path('/a')}],
    [
      'key: all, when: { path: "/a*" }, unless: { path: /ab }, counts: refusals',
      {kind: 'requests', key: 'all', when: path('/a*'), unless: path('/ab'), counts: 'refusals'},
    ],
  ])('%s', (fields, guards) => {
    expect(guardsOf(fields)).toEqual(guards);
  });

  test('one of requests has no health check, and warns of one', () => {
    const text = 'version: 1\nbreakers: { b: { key: "{ip}", healthCheck: 1s } }\n';
    expect(parsePolicy(text, 'p.yaml').warnings).toEqual([
      'p.yaml:2:31: breakers.b.healthCheck: has no effect: requests themselves are the probes',
    ]);
  });

  test('a health check is as frequent as it says', () => {
    expect(policyOf('breakers: { b: { healthCheck: 250ms } }').breakers[0]!.healthCheck).toBe(250 * MS);
  });
});

describe('limits', () => {
  test.each([
    'tokens: { a: { tokenUrl: https://x.example, clientId: c } }',
    'queue: { a: {} }',
    'breakers: { a: {} }',
    'concurrency: { a: { max: 1 } }',
    'degradation: {}',
  ])('may be missing or empty with %s', (section) => {
    expect(policyOf(section).limits).toEqual([]);
    expect(policyOf('limits: []', section).limits).toEqual([]);
  });
});

test('the preset reads as its comments say', () => {
  const {tokens, queues, breakers, limits} = parsePolicy(readPreset('tokens'), 'p.yaml').policy;
  expect(tokens.map(({name, grant, rotation, auth}) => [name, grant, rotation, auth.kind])).toEqual([
    ['google', 'refresh-token', 'none', 'basic'],
    ['reports', 'client-credentials', 'none', 'private-key-jwt'],
  ]);
  expect(tokens[0]!.budget).toEqual(tokens[1]!.budget);
  expect(queues.map(({name, classes}) => [name, classes.length])).toEqual([['provider-calls', 2]]);
  expect(breakers.map(({name}) => name)).toEqual(['provider']);
  expect(limits.map(({name}) => name)).toEqual(['provider-calls']);
});
