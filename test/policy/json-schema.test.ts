import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {policyJsonSchema} from '../../src/policy/json-schema.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS} from '../../src/policy/limit-fields.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {PRESETS, readPreset} from '../../src/policy/presets.ts';
import {POLICY_FIELDS} from '../../src/policy/schema.ts';
import {schemaErrors} from '../support/json-schema-check.ts';

const schema = policyJsonSchema() as {readonly [keyword: string]: unknown};
const errorsOf = (text: string): readonly string[] => schemaErrors(schema, parse(text, {merge: true}));
const limit = (fields: string): string => `version: 1\nlimits:\n  - { name: a, ${fields} }\n`;

test('the schema says what it is and describes every field', () => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:ratectl:policy:1',
    additionalProperties: false,
    required: ['version'],
  });
  const {limit, bucket} = schema['$defs'] as Record<string, {properties: object}>;
  expect(Object.keys(schema['properties'] as object)).toEqual(POLICY_FIELDS.map(({name}) => name));
  expect(Object.keys(limit!.properties)).toEqual([...LIMIT_FIELDS, ...BUCKET_FIELDS].map(({name}) => name));
  expect(Object.keys(bucket!.properties)).toEqual(BUCKET_FIELDS.map(({name}) => name));
  const parts = Object.entries(schema['$defs'] as Record<string, {properties?: object}>);
  const withFields = parts.filter(([, part]) => part.properties !== undefined);
  expect(withFields.length).toBeGreaterThan(15);
  for (const [, part] of withFields)
    for (const field of Object.values(part.properties!)) expect(field.description).toMatch(/\w.*\./);
});

test.each(PRESETS.map(({name}) => name))('the preset %s fits', (name) => {
  expect(errorsOf(readPreset(name))).toEqual([]);
});

describe('what the loader takes, the schema takes', () => {
  test.each([
    'rate: 10/s, burst: 5, initial: 0, refill: { every: 1s }',
    'rate: { count: 3, per: 1h30m }, cost: 5, mode: shadow',
    'algorithm: leaky-bucket, rate: 10/s, burst: 0, delay: 0',
    'algorithm: leaky-bucket, rate: 10/s, nodelay: true',
    'algorithm: fixed-window, limit: 5, window: month, align: calendar, tz: Europe/Berlin, countDenied: true',
    'algorithm: sliding-log, limit: 5, window: 1s, when: { status: [200, 404], path: "/a*" }',
    'algorithm: concurrency, max: 5, queue: 3, timeout: 1m',
    'algorithm: sliding-window, tier: "{plan}", tiers: { a: { limit: 1, window: 1s }, b: [ { rate: 1/s, algorithm: gcra } ] }, defaultTier: a',
    'buckets: [ { rate: 1/s }, { algorithm: concurrency, max: 2 } ]',
    'rate: 1/s, overrides: { x: exempt, y: block, z: { burst: 5 }, w: [ { rate: 5/s }, { algorithm: sliding-log, limit: 1, window: 1s } ] }',
  ])('%s', (fields) => {
    expect(() => parsePolicy(limit(fields), 'p.yaml')).not.toThrow();
    expect(errorsOf(limit(fields))).toEqual([]);
  });
});

describe('what the loader takes as a section, the schema takes', () => {
  test.each([
    'tokens: { a: { tokenUrl: https://x.example/t, clientId: c } }',
    'tokens: { a: { tokenUrl: "http://127.0.0.1:8080/t", clientId: c, clientSecret: { env: S }, budget: [1/3m, { count: 2, per: 1h }] } }',
    'tokens: { a: { tokenUrl: "http://[::1]/t", clientId: c, auth: post, clientSecret: { command: [get, "", x] }, parameters: { a: b } } }',
    'tokens: { a: { tokenUrl: https://x.example/t, clientId: c, auth: private-key-jwt, clientKey: { file: k.pem }, algorithm: EdDSA, keyId: k, scopes: [a] } }',
    'queue: { a: {}, b: { classes: [x, y], backoff: { first: 1s } }, c: { classes: { x: 0s, y: 1h } } }',
    'breakers: { a: {}, b: { rate: none, failures: 2 }, c: { rate: 12.5%, window: 2m, probes: 3 } }',
    'queue: { a: {} }\nlimits: []',
    'concurrency: { a: { max: 1 }, b: { max: 10, key: "{ip}", maxPerKey: 3, queue: 0, order: adaptive-lifo, when: { path: [/a] }, unless: { ip: 1 } } }',
    'priorities: { a: { path: /a, status: 200 }, b: {} }\ndegradation: { signals: { eventLoop: 50ms }, enter: { closed: 1000% }, leave: 12.5%, after: 0s }',
    'breakers: { a: { key: "{ip}", when: { path: /a }, counts: failures, healthCheck: 1s } }',
    'concurrency: { a: { max: 1 } }\nadaptive: { a: { concurrency: [a], controller: gradient, signals: { cpu: 0.01% }, floor: 100% } }',
    'concurrency: { a: { max: 1 } }\nadaptive: { a: { concurrency: [a], controller: { aimd: { decrease: 0.5, increase: 1% } } } }',
    'concurrency: { a: { max: 1 } }\nadaptive: { a: { concurrency: [a], controller: { gradient: { tolerance: 1, smoothing: 1, longWindow: 1 } } } }',
    'degradation: {}',
    'limits: [{ name: a, tier: "{p}", tiers: { 1: { rate: 1/s }, b: { rate: 2/s } } }]\nbehaviour: { a: { ladder: [1, b], promote: 1, demote: 0, demoteTo: lowest } }',
  ])('%s', (section) => {
    const text = `version: 1\n${section}\n`;
    expect(() => parsePolicy(text, 'p.yaml')).not.toThrow();
    expect(errorsOf(text)).toEqual([]);
  });
});

describe('what editors should mark in a section', () => {
  const provider = (fields: string): string =>
    `tokens: { a: { tokenUrl: https://x.example/t, clientId: c, ${fields} } }`;
  test.each([
    ['queue: {}', '$: needs limits'],
    ['queue: {}\nlimits: []', '$.limits: minItems'],
    ['tokens: { a: { clientId: c } }', '$.tokens.a: needs tokenUrl'],
    ['tokens: { a: { tokenUrl: "http://x.example", clientId: c } }', '$.tokens.a.tokenUrl: pattern'],
    ['tokens: { "a b": { tokenUrl: https://x.example, clientId: c } }', '$.tokens: name a b: pattern'],
    [provider('clientSecret: hunter2'), '$.tokens.a.clientSecret: none of the forms'],
    [provider('clientSecret: { env: A, file: b }'), '$.tokens.a.clientSecret: none of the forms'],
    [provider('auth: post'), '$.tokens.a: needs clientSecret'],
    [provider('clientKey: { file: k }'), '$.tokens.a.clientKey: not allowed'],
    [provider('auth: private-key-jwt'), '$.tokens.a: needs clientKey'],
    [provider('auth: none, clientSecret: { env: S }'), '$.tokens.a.clientSecret: not allowed'],
    [provider('parameters: { scope: b }'), '$.tokens.a.parameters: name scope: a form that is excluded'],
    [provider('budget: []'), '$.tokens.a.budget: minItems'],
    ['queue: { a: { maxAttempts: 0 } }', '$.queue.a.maxAttempts: minimum'],
    ['queue: { a: { classes: [] } }', '$.queue.a.classes: none of the forms'],
    ['breakers: { a: { failures: 0 } }', '$.breakers.a.failures: minimum'],
    ['concurrency: {}', '$: needs limits'],
    ['priorities: {}', '$.priorities: minProperties'],
    ['priorities: { a: 5 }', '$.priorities.a: not object'],
    ['concurrency: { a: {} }', '$.concurrency.a: needs max'],
    ['concurrency: { a: { max: 0 } }', '$.concurrency.a.max: minimum'],
    ['concurrency: { a: { max: 2, maxPerKey: 1 } }', '$.concurrency.a: maxPerKey needs key'],
    ['concurrency: { a: { max: 2, order: none } }', '$.concurrency.a.order: not one of the values'],
    ['breakers: { a: { counts: 5 } }', '$.breakers.a.counts: not one of the values'],
    ['adaptive: { a: {} }', '$.adaptive.a: none of the forms'],
    ['adaptive: { a: { limits: [] } }', '$.adaptive.a.limits: minItems'],
    ['adaptive: { a: { limits: [a], signals: {} } }', '$.adaptive.a.signals: minProperties'],
    ['adaptive: { a: { limits: [a], floor: 0.1 } }', '$.adaptive.a.floor: not string'],
    ['adaptive: { a: { limits: [a], controller: pid } }', '$.adaptive.a.controller: none of the forms'],
    [
      'adaptive: { a: { limits: [a], controller: { aimd: { decrease: 1 } } } }',
      '$.adaptive.a.controller: none of the forms',
    ],
    ['behaviour: { a: {} }', '$.behaviour.a: needs ladder'],
    ['behaviour: { a: { ladder: [a] } }', '$.behaviour.a.ladder: minItems'],
    ['behaviour: { a: { ladder: [a, b], promote: 1.1 } }', '$.behaviour.a.promote: maximum'],
    ['degradation: { enter: { shed: 1% } }', '$.degradation.enter.shed: not allowed'],
    ['degradation: { leave: 0.8 }', '$.degradation.leave: not string'],
    [provider('breaker: { counts: failures }'), '$.tokens.a.breaker.counts: not allowed'],
    ['breakers: { a: { rate: 50 } }', '$.breakers.a.rate: none of the forms'],
  ])('%s', (section, error) => {
    const text = `version: 1\n${section}\n`;
    expect(() => parsePolicy(text, 'p.yaml')).toThrow();
    expect(errorsOf(text)).toContain(error);
  });
});

describe('what editors should mark', () => {
  test.each([
    ['rate: 10/x', '$.limits[0].rate: none of the forms'],
    ['rate: 10', '$.limits[0].rate: none of the forms'],
    ['rate: 10/s, burst: 0', '$.limits[0].burst: minimum'],
    ['rate: 10/s, burts: 5', '$.limits[0].burts: not allowed'],
    ['rate: 10/s, limit: 5', '$.limits[0].limit: not allowed'],
    ['key: "{ip}"', '$.limits[0]: needs rate'],
    ['algorithm: fixed-window, limit: 5', '$.limits[0]: needs window'],
    ['algorithm: gcra, rate: 1/s, refill: smoothed', '$.limits[0].refill: not allowed'],
    ['tier: "{plan}", rate: 1/s', '$.limits[0]: tier needs tiers'],
    ['tier: "{p}", tiers: { a: { rate: 1/s } }, rate: 1/s', '$.limits[0].rate: not allowed'],
    ['rate: 1/s, overrides: { a: no }', '$.limits[0].overrides.a: none of the forms'],
  ])('%s', (fields, error) => {
    expect(() => parsePolicy(limit(fields), 'p.yaml')).toThrow();
    expect(errorsOf(limit(fields))).toContain(error);
  });
});
