import {describe, expect, test} from 'vitest';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {overrideOfLimit} from '../../../src/policy/override-of-limit.ts';

const LIMITS = [
  '{name: tokens, key: "{ip}", rate: 10/s, burst: 20, initial: 5}',
  '{name: plain, rate: 10/s}',
  '{name: window, algorithm: fixed-window, limit: 5, window: 1m, align: first-hit}',
  '{name: log, algorithm: sliding-log, limit: 5, window: 1m}',
  '{name: leaky, algorithm: leaky-bucket, rate: 5/s, burst: 3, nodelay: true}',
  '{name: leases, algorithm: concurrency, max: 3, queue: 2, timeout: 5s}',
  '{name: tiers, tier: "{plan}", tiers: {free: [{rate: 1/s}]}}',
  '{name: several, buckets: [{rate: 1/s}, {rate: 9/m}]}',
  '{name: own, rate: 1/s, overrides: {vip: exempt}}',
];
const YAML = `version: 1\nlimits:\n${LIMITS.map((limit) => `  - ${limit}\n`).join('')}`;
const policy = parsePolicy(YAML, 'p.yaml');

/** The same override, written into the policy file. */
const written = (limit: string, bucket: string) => {
  const text = YAML.replace(
    LIMITS.find((one) => one.startsWith(`{name: ${limit},`))!,
    (one) => `${one.replace(', overrides: {vip: exempt}', '').slice(0, -1)}, overrides: {k: ${bucket}}}`,
  );
  return parsePolicy(text, 'p.yaml')
    .policy.limits.find(({name}) => name === limit)!
    .overrides.get('k');
};

describe('an override of the command line', () => {
  test.each([
    ['tokens', {rate: '100/s'}, '{rate: 100/s}'],
    ['tokens', {burst: '50'}, '{burst: 50}'],
    ['tokens', {rate: '20/10s', burst: '7', initial: '7'}, '{rate: 20/10s, burst: 7, initial: 7}'],
    ['tokens', {refill: '{every: 2s}'}, '{refill: {every: 2s}}'],
    ['tokens', {algorithm: 'gcra', rate: '1/s'}, '{algorithm: gcra, rate: 1/s}'],
    ['plain', {rate: '100/s'}, '{rate: 100/s}'],
    ['window', {limit: '50'}, '{limit: 50}'],
    ['window', {window: '1h'}, '{window: 1h}'],
    ['log', {limit: '50'}, '{limit: 50}'],
    ['leaky', {delay: '2'}, '{delay: 2}'],
    ['leaky', {rate: '50/s'}, '{rate: 50/s}'],
    ['leases', {max: '9', timeout: '1m'}, '{max: 9, timeout: 1m}'],
    ['tiers', {rate: '100/s'}, '{rate: 100/s}'],
    ['several', {rate: '100/s'}, '{rate: 100/s}'],
    ['own', {rate: '100/s'}, '{rate: 100/s}'],
  ])('%s %j is what it would be in the policy', (limit, parameters, bucket) => {
    const {override, warnings} = overrideOfLimit(policy, limit, parameters);
    expect(override).toEqual(written(limit, bucket));
    expect(warnings).toEqual([]);
  });

  test('works with a policy in JSON, too', () => {
    const json = parsePolicy('{"version":1,"limits":[{"name":"l","rate":"1/s"}]}', 'p.json');
    expect(overrideOfLimit(json, 'l', {burst: '3'}).override).toMatchObject({
      buckets: [{burst: 3, count: 1}],
    });
  });

  test('passes on what is allowed but probably not meant', () => {
    expect(overrideOfLimit(policy, 'leaky', {rate: '10/m'}).warnings).toEqual([
      expect.stringMatching(/^--rate: leaky-bucket counts thousandths as nginx does/),
    ]);
  });

  test.each([
    [
      'tokens',
      {rate: '10/x'},
      '--rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "10/x" (did you mean "10/s"?)',
    ],
    [
      'tokens',
      {limit: '5'},
      '--limit: token-bucket takes no "limit"; fixed-window, sliding-window and sliding-log do (token-bucket takes rate, burst, initial and refill)',
    ],
    [
      'tokens',
      {burst: '3'},
      '--initial: expected a whole number from 0 to 3 (the burst; "initial" comes from the limit, give one here), got 5',
    ],
    ['tokens', {burst: '0'}, '--burst: expected a whole number of 1 or more, got 0'],
    ['tiers', {burst: '5'}, 'needs an algorithm (add rate: 10/s for a token bucket, or name an algorithm)'],
    ['tokens', {rate: 'a: b: c'}, '--rate: cannot read "a: b: c"'],
    ['tokens', {rate: ''}, '--rate: expected a rate'],
    ['tokens', {rate: '\u001b[2J'}, '--rate: '],
    ['tokenz', {rate: '1/s'}, 'unknown limit "tokenz" (did you mean "tokens"?)'],
  ])('%s %j is refused: what is wrong, by its flag', (limit, parameters, message) => {
    expect(() => overrideOfLimit(policy, limit, parameters as unknown as Record<string, string>)).toThrow(
      expect.objectContaining({exit: 2, message: expect.stringContaining(message)}),
    );
  });

  test('a parameter is called as its flag is', () => {
    expect(() => overrideOfLimit(policy, 'leases', {timeout: 'x'}, () => '--lease')).toThrow(
      /^--lease: expected a duration/,
    );
  });

  test('says all that is wrong', () => {
    expect(() => overrideOfLimit(policy, 'tokens', {rate: 'x', burst: 'y'})).toThrow(
      /the override has several problems\n {2}--rate: .*\n {2}--burst: /,
    );
  });

  test('block and exempt need a limit that exists, and nothing else', () => {
    expect(overrideOfLimit(policy, 'tiers', 'block').override).toEqual({kind: 'block'});
    expect(() => overrideOfLimit(policy, 'nope', 'exempt')).toThrow(/unknown limit "nope"/);
  });
});
