import {expect, test} from 'vitest';
import {changedParts} from '../../../src/operate/doctor/policy-drift.ts';
import {POLICY_RULES, type PolicyFacts} from '../../../src/operate/doctor/policy-rules.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {seen, testRows, unseen} from './rows.ts';

const policy = (limits: string, more = '') =>
  parsePolicy(`version: 1\n${more}limits:\n${limits}`, 'ratectl.yaml');
const BY_IP = '  - {name: per-ip, key: "{ip}", rate: 10/m}\n';
const BY_TENANT = '  - {name: per-tenant, key: "{tenant}", rate: 10/m}\n';
const BY_PLAN = '  - {name: plan, key: "{ip}", tier: "{plan}", tiers: {free: [{rate: 1/s}]}}\n';
const plain = policy(BY_IP);

const HEALTHY: PolicyFacts = {
  local: plain,
  localProblem: undefined,
  published: seen(plain),
  publishedProblem: undefined,
  asked: seen(new Set()),
};
const none = {local: undefined, published: seen(undefined)};
const problem = {where: 'ratectl.yaml:4:7', message: 'expected a rate', hint: 'such as 10/s'};

testRows(POLICY_RULES, HEALTHY, [
  {id: 'policy/valid', when: 'it is', says: 'ok'},
  {id: 'policy/valid', when: 'there is none', change: none, says: 'ok'},
  {
    id: 'policy/valid',
    when: 'it is not',
    change: {local: undefined, localProblem: problem},
    says: ['error'],
    text: 'expected a rate',
  },
  {id: 'policy/found', when: 'there is one', says: 'ok'},
  {id: 'policy/found', when: 'only the store has one', change: {local: undefined}, says: 'ok'},
  {id: 'policy/found', when: 'there is none', change: none, says: ['note']},
  {
    id: 'policy/found',
    when: 'nobody knows what the store has',
    change: {local: undefined, published: unseen('lost')},
    says: 'unknown',
    text: 'lost',
  },
  {id: 'policy/warnings', when: 'the reader has none', says: 'ok'},
  {
    id: 'policy/warnings',
    when: 'the reader has two',
    change: {local: {...plain, warnings: ['a', 'b']}},
    says: ['note', 'note'],
  },
  {id: 'policy/published', when: 'it can be read', says: 'ok'},
  {
    id: 'policy/published',
    when: 'it is from a later version',
    change: {publishedProblem: 'unknown field'},
    says: ['warning'],
  },
  {
    id: 'policy/published',
    when: 'the store cannot be asked',
    change: {published: unseen('lost')},
    says: 'unknown',
  },
  {id: 'policy/drift', when: 'both are the same', says: 'ok'},
  {id: 'policy/drift', when: 'there is only one', change: {published: seen(undefined)}, says: 'ok'},
  {
    id: 'policy/drift',
    when: 'only comments and the way of writing differ',
    change: {published: seen(policy('  # by address\n  - {key: "{ip}", rate: 10/1m, name: per-ip}\n'))},
    says: 'ok',
  },
  {
    id: 'policy/drift',
    when: 'a rate differs, and a limit is missing',
    change: {
      local: policy(BY_IP + BY_TENANT),
      published: seen(policy('  - {name: per-ip, key: "{ip}", rate: 9/m}\n')),
    },
    says: ['warning'],
    text: 'limit per-ip is another, limit per-tenant is not in force',
  },
  {id: 'policy/attributes', when: 'adapters give all of them', says: 'ok'},
  {
    id: 'policy/attributes',
    when: "one is the application's to give",
    change: {published: seen(policy(BY_IP + BY_TENANT))},
    says: ['note'],
    text: 'per-tenant needs tenant',
  },
  {
    id: 'policy/attributes',
    when: 'a tier without default is',
    change: {published: seen(policy(BY_PLAN))},
    says: ['note'],
    text: 'plan needs plan',
  },
  {
    id: 'policy/attributes',
    when: 'requests have reached the limit: they come',
    change: {published: seen(policy(BY_IP + BY_TENANT)), asked: seen(new Set(['per-tenant']))},
    says: 'ok',
  },
  {
    id: 'policy/attributes',
    when: 'nobody can tell which requests came',
    change: {published: seen(policy(BY_IP + BY_TENANT)), asked: unseen('not allowed')},
    says: 'unknown',
    text: 'not allowed',
  },
]);

test('what differs is named for each kind of part, and the order of limits counts', () => {
  const local = policy(BY_IP + BY_TENANT).policy;
  expect(changedParts(local, policy(BY_TENANT + BY_IP).policy)).toEqual(['the order of the limits']);
  expect(changedParts(local, policy(BY_IP).policy)).toEqual(['limit per-tenant is not in force']);
  expect(changedParts(policy(BY_IP).policy, local)).toEqual(['limit per-tenant is only in force']);
  expect(changedParts(local, policy(BY_IP + BY_TENANT, 'onStoreError: closed\n').policy)).toEqual([
    'onStoreError',
  ]);
  expect(changedParts(local, policy(BY_IP + BY_TENANT).policy)).toEqual([]);
});

test('tiers and overrides count, in whatever order they are written', () => {
  const with_ = (tiers: string, overrides: string) =>
    policy(`  - {name: a, key: "{ip}", tier: "{plan}", tiers: ${tiers}, overrides: ${overrides}}\n`).policy;
  const one = with_('{free: [{rate: 1/s}], pro: [{rate: 2/s}]}', '{x: exempt, y: block}');
  expect(
    changedParts(one, with_('{pro: [{rate: 2/s}], free: [{rate: 1/s}]}', '{y: block, x: exempt}')),
  ).toEqual([]);
  expect(
    changedParts(one, with_('{pro: [{rate: 3/s}], free: [{rate: 1/s}]}', '{y: block, x: exempt}')),
  ).toEqual(['limit a is another']);
  expect(changedParts(one, with_('{pro: [{rate: 2/s}], free: [{rate: 1/s}]}', '{y: block}'))).toEqual([
    'limit a is another',
  ]);
});
