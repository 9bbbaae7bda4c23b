import {expect, test} from 'vitest';
import {keyCommand} from '../../../src/operate/doctor/key-command.ts';
import {OPERATION_RULES} from '../../../src/operate/doctor/operation-rules.ts';
import {isPrivateAddress} from '../../../src/operate/doctor/private-address.ts';
import type {HeldOverride, Sums, UsageFacts} from '../../../src/operate/doctor/usage-facts.ts';
import {USAGE_RULES} from '../../../src/operate/doctor/usage-rules.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import type {AlertKind} from '../../../src/view/model/status-sections.ts';
import {testRows} from './rows.ts';

const NOW = 1_800_000_000_000_000;
const DAY = 86_400_000_000;
const {policy} = parsePolicy(
  `version: 1
limits:
  - {name: all, key: everybody, rate: 100/s}
  - {name: per-ip, key: "{ip}", rate: 10/s}
  - {name: per-tenant, key: "{tenant}", rate: 10/s}
  - {name: login, key: "{account}", when: {path: /login}, rate: 5/m}
`,
  'ratectl.yaml',
);
const sums = (asked: number, denied = 0, shadowDenied = 0): Sums => ({asked, denied, shadowDenied});
const USED = {
  all: sums(50_000),
  'per-ip': sums(50_000, 40),
  'per-tenant': sums(49_000, 9),
  login: sums(600, 3),
};
const week = (more: Readonly<Record<string, Sums>>) => ({week: new Map(Object.entries({...USED, ...more}))});
const HEALTHY: UsageFacts = {
  now: NOW,
  policy,
  week: new Map(Object.entries({...USED, all: sums(50_000, 1)})),
  lately: new Map(Object.entries({'per-ip': sums(5_000, 400)})),
  refused: [],
  hot: [],
  overrides: [],
  alerts: [],
};
const refused = (key: string, denied: number, limit = 'per-ip') => ({
  refused: [{address: {limit, key, tier: '', shape: 't'}, denied}],
});
const hot = (limit: string, shape: string) => ({
  hot: [{address: {limit, key: 'x', tier: '', shape}, shadow: false, until: NOW, deniedLastMinute: 1}],
});
const override = (more: Partial<HeldOverride>) => ({
  overrides: [
    {
      limit: 'per-ip',
      key: 'x',
      until: NOW + 7 * DAY,
      effect: {kind: 'exempt'},
      at: NOW - DAY,
      ...more,
    } as HeldOverride,
  ],
});
const alert = (kind: AlertKind) => ({
  alerts: [{kind, subject: 'google', text: `${kind} of google`, next: 'ratectl token put google'}],
});
const noPolicy = {policy: undefined};

testRows([...USAGE_RULES, ...OPERATION_RULES], HEALTHY, [
  {id: 'usage/one-key', when: 'no refusals', says: 'ok'},
  {id: 'usage/one-key', when: 'one key of many', change: refused('203.0.113.7', 100), says: 'ok'},
  {
    id: 'usage/one-key',
    when: 'one key has 80 %',
    change: refused('203.0.113.7', 320),
    says: ['warning'],
    text: '"203.0.113.7" has 80% of the 400 refusals',
  },
  {
    id: 'usage/one-key',
    when: 'few refusals',
    change: {...refused('203.0.113.7', 90), lately: new Map([['per-ip', sums(100, 90)]])},
    says: 'ok',
  },
  {
    id: 'usage/one-key',
    when: 'a limit that all share has one key',
    change: {...refused('everybody', 900, 'all'), lately: new Map([['all', sums(1_000, 900)]])},
    says: 'ok',
  },
  {
    id: 'usage/one-key',
    when: 'refusals in shadow count',
    change: {...refused('203.0.113.7', 320), lately: new Map([['per-ip', sums(1_000, 0, 400)]])},
    says: ['warning'],
  },
  {
    id: 'usage/one-key',
    when: 'hostile keys are escaped',
    change: refused('a\u001b]0;x', 320),
    says: ['warning'],
    text: 'a\\u001b',
  },
  {
    id: 'usage/proxy-address',
    when: 'an address of the internet',
    change: refused('203.0.113.7', 320),
    says: 'ok',
  },
  {
    id: 'usage/proxy-address',
    when: 'a private one',
    change: refused('10.0.3.4', 320),
    says: ['error'],
    text: '10.0.3.4',
  },
  {id: 'usage/unused', when: 'all are asked', says: 'ok'},
  {
    id: 'usage/unused',
    when: 'one never was',
    change: {week: new Map([['per-ip', sums(10)]])},
    says: ['note', 'note', 'note'],
    text: 'all',
  },
  {id: 'usage/unused', when: 'there is no traffic', change: {week: new Map()}, says: 'unknown'},
  {id: 'usage/unused', when: 'there is no policy', change: noPolicy, says: 'unknown'},
  {id: 'usage/skipped', when: 'nearly none is', says: 'ok'},
  {
    id: 'usage/skipped',
    when: 'most are',
    change: week({'per-tenant': sums(20_000)}),
    says: ['note'],
    text: 'without tenant',
  },
  {id: 'usage/skipped', when: 'nearly all are', change: week({'per-tenant': sums(100)}), says: ['warning']},
  {
    id: 'usage/skipped',
    when: 'a limit with a matcher is for few',
    change: week({login: sums(3, 1)}),
    says: 'ok',
  },
  {
    id: 'usage/skipped',
    when: 'the limit before refused the others',
    change: week({'per-ip': sums(50_000, 48_000), 'per-tenant': sums(2_000)}),
    says: 'ok',
  },
  {id: 'usage/never-denied', when: 'each did', says: 'ok'},
  {
    id: 'usage/never-denied',
    when: 'one did not, of 50,000',
    change: week({'per-ip': sums(50_000)}),
    says: ['note', 'note'],
  },
  {
    id: 'usage/never-denied',
    when: 'one did in shadow',
    change: week({all: sums(50_000, 0, 1), 'per-ip': sums(50_000, 0, 2)}),
    says: 'ok',
  },
  {
    id: 'usage/never-denied',
    when: 'one was asked seldom',
    change: week({all: sums(9_999), 'per-ip': sums(9_999)}),
    says: 'ok',
  },
  {id: 'usage/other-policies', when: 'they agree', says: 'ok'},
  {id: 'usage/other-policies', when: 'a row of the shape in force', change: hot('per-ip', 't'), says: 'ok'},
  {
    id: 'usage/other-policies',
    when: 'a limit that is not in force',
    change: {lately: new Map([['old', sums(3)]])},
    says: ['warning'],
    text: 'does not have: old',
  },
  {
    id: 'usage/other-policies',
    when: 'a row of another shape',
    change: hot('per-ip', 'f1m'),
    says: ['warning'],
    text: '1 key of per-ip is limited',
  },
  {id: 'usage/other-policies', when: 'there is no policy', change: noPolicy, says: 'unknown'},
  {id: 'usage/overrides', when: 'none', says: 'ok'},
  {id: 'usage/overrides', when: 'one that holds for a week', change: override({}), says: 'ok'},
  {
    id: 'usage/overrides',
    when: 'one that ends today',
    change: override({until: NOW + 3_600_000_000}),
    says: ['note'],
    text: 'ends in 1h',
  },
  {
    id: 'usage/overrides',
    when: 'one without an end, set yesterday',
    change: override({until: Number.POSITIVE_INFINITY}),
    says: 'ok',
  },
  {
    id: 'usage/overrides',
    when: 'one without an end, set long ago',
    change: override({until: Number.POSITIVE_INFINITY, at: NOW - 100 * DAY}),
    says: ['note'],
  },
  {id: 'usage/unknown-overrides', when: 'for a limit of the policy', change: override({}), says: 'ok'},
  {
    id: 'usage/unknown-overrides',
    when: 'for none of it',
    change: override({limit: 'gone'}),
    says: ['warning'],
  },
  {id: 'usage/unknown-overrides', when: 'there is no policy', change: noPolicy, says: 'unknown'},
  {id: 'usage/breakers', when: 'closed', says: 'ok'},
  {id: 'usage/breakers', when: 'open', change: alert('breaker-open'), says: ['warning']},
  {id: 'usage/tokens', when: 'valid', says: 'ok'},
  {id: 'usage/tokens', when: 'one needs re-consent', change: alert('token-reauthorise'), says: ['error']},
  {id: 'usage/tokens', when: 'a budget is used up', change: alert('token-budget'), says: ['warning']},
  {id: 'usage/tokens', when: 'an open breaker is told elsewhere', change: alert('breaker-open'), says: 'ok'},
  {id: 'usage/load', when: 'normal', says: 'ok'},
  {id: 'usage/load', when: 'a queue has dead items', change: alert('queue-dead'), says: ['warning']},
]);

test('addresses that no client of the internet has', () => {
  const yes = [
    '10.1.2.3',
    '127.0.0.1',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.0.9',
    '::1',
    'fd00:1:2:3::/64',
    'fe80::1',
    '::ffff:10.0.0.1',
  ];
  const no = [
    '203.0.113.7',
    '172.32.0.1',
    '100.63.0.1',
    '11.0.0.1',
    '2001:db8::/64',
    'acme',
    '10.acme',
    'fdacme',
    '',
    '192.168.1',
  ];
  expect(yes.filter((key) => !isPrivateAddress(key))).toEqual([]);
  expect(no.filter(isPrivateAddress)).toEqual([]);
});

test('commands hold a key only where a shell takes it as it is', () => {
  expect(keyCommand('ratectl explain', 'per-ip', '203.0.113.7')).toBe('ratectl explain per-ip/203.0.113.7');
  expect(keyCommand('ratectl explain', 'per-ip', '2001:db8::/64')).toBe(
    'ratectl explain per-ip/2001:db8::/64',
  );
  for (const key of ['$(id)', 'a b', "x'y", 'a;b', '', 'a\nb', '`id`', '*'])
    expect(keyCommand('ratectl explain', 'per-ip', key)).toBe('ratectl explain LIMIT/KEY');
});
