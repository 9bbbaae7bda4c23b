import {describe, expect, test} from 'vitest';
import {parsePolicy} from '../../src/policy/load-policy.ts';

const warningsOf = (text: string): readonly string[] => parsePolicy(text, 'p.yaml').warnings;
const withKey = (key: string): string => `version: 1\nlimits: [{name: a, key: ${key}, rate: 1/s}]\n`;
const DOLLAR = '$';

describe('a key that is right, and hardly meant, is worth a warning', () => {
  test.each([
    ['ip', '"ip" is a word, the same for every request (for the attribute write "{ip}")'],
    ['"tenant"', '"tenant" is a word, the same for every request (for the attribute write "{tenant}")'],
    [`"${DOLLAR}{ip}"`, 'the "$" is a part of every key (for the attribute write "{ip}")'],
    [`"${DOLLAR}{tenant}:{path}"`, 'the "$" is a part of every key (for the attribute write "{tenant}")'],
  ])('%s', (key, warning) => {
    expect(warningsOf(withKey(key))).toEqual([`p.yaml:2:25: limits[0].key: ${warning}`]);
  });

  test.each([
    'all',
    'everybody',
    '"{ip}"',
    '"ip:{ip}"',
    '"{tenant}:ip"',
    '"$:{ip}"',
    '"{{ip}}"',
    `"${DOLLAR}{{ip}}"`,
  ])('but not %s', (key) => {
    expect(warningsOf(withKey(key))).toEqual([]);
  });

  test('so are the tier of a limit and the clients of a pool', () => {
    const text = `version: 1
limits: [{name: a, key: "{ip}", tier: plan, defaultTier: plan, tiers: {plan: {rate: 1/s}}}]
concurrency: {api: {max: 2, key: client, queue: 2}}
`;
    expect(warningsOf(text)).toEqual([
      expect.stringContaining('p.yaml:2:39: limits[0].tier: "plan" is a word'),
      expect.stringContaining('p.yaml:3:34: concurrency.api.key: "client" is a word'),
    ]);
  });
});
