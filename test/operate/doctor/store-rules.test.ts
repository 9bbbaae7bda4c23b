import {describe} from 'vitest';
import {REACH_RULES, type ReachFacts} from '../../../src/operate/doctor/reach-rules.ts';
import {STORE_RULES, type StoreRuleFacts} from '../../../src/operate/doctor/store-rules.ts';
import {seen, testRows, unseen} from './rows.ts';

const RIGHTS = {user: 'app', by: 'ACL DRYRUN', missingToRead: [], missingToWrite: [], missingForNews: []};
const LOCAL = {remoteHosts: [], encrypted: false, verified: false, authenticated: 'no'} as const;
const REMOTE = {remoteHosts: ['cache'], encrypted: true, verified: true, authenticated: 'yes'} as const;
const HEALTHY: StoreRuleFacts = {
  url: 'redis://cache:6379',
  server: seen({product: 'redis', version: '7.4.1'}),
  pings: seen([300, 200, 400]),
  clock: seen({ahead: 40_000, error: 200}),
  transport: REMOTE,
  rights: seen(RIGHTS),
  readOnly: false,
};
const version = (product: string, number: string) => ({server: seen({product, version: number})});
/** Twenty answers, µs. */
const pings = (median: number, slowest: number) => ({
  pings: seen([...Array(19).fill(median), slowest] as number[]),
});
const clock = (ahead: number, error = 200) => ({clock: seen({ahead, error})});

describe('a store that was reached', () => {
  testRows(STORE_RULES, HEALTHY, [
    {id: 'store/version', when: 'recent', says: 'ok'},
    {id: 'store/version', when: 'Redis 6.2', change: version('redis', '6.2.14'), says: ['note']},
    {id: 'store/version', when: 'Redis 6.0', change: version('redis', '6.0.9'), says: ['error']},
    {id: 'store/version', when: 'Valkey 8', change: version('valkey', '8.0.1'), says: 'ok'},
    {id: 'store/version', when: 'Postgres 13', change: version('postgres', '13.9'), says: ['error']},
    {id: 'store/version', when: 'Postgres 15', change: version('postgres', '15.14'), says: 'ok'},
    {id: 'store/version', when: 'SQLite', change: version('sqlite', '3.50'), says: 'ok'},
    {
      id: 'store/version',
      when: 'the user may not ask',
      change: {server: unseen('NOPERM')},
      says: 'unknown',
      text: 'NOPERM',
    },
    {id: 'store/latency', when: 'quick', says: 'ok'},
    {id: 'store/latency', when: 'a median of 9.9 ms', change: pings(9_900, 20_000), says: 'ok'},
    {id: 'store/latency', when: 'a median of 10 ms', change: pings(10_000, 20_000), says: ['note']},
    {id: 'store/latency', when: 'a median of 50 ms', change: pings(50_000, 60_000), says: ['warning']},
    {
      id: 'store/latency',
      when: 'one answer of 100 ms',
      change: pings(300, 100_000),
      says: ['warning'],
      text: 'the slowest 100ms',
    },
    {id: 'store/clock-skew', when: 'within 100 ms', says: 'ok'},
    {
      id: 'store/clock-skew',
      when: 'more than 100 ms ahead',
      change: clock(150_000),
      says: ['note'],
      text: '150ms ahead of',
    },
    {
      id: 'store/clock-skew',
      when: 'seconds behind',
      change: clock(-30_000_000),
      says: ['warning'],
      text: '30s behind',
    },
    {
      id: 'store/clock-skew',
      when: 'a difference that the round trip explains',
      change: clock(1_200_000, 1_150_000),
      says: 'ok',
    },
    {id: 'store/rights-read', when: 'nothing is missing', says: 'ok'},
    {
      id: 'store/rights-read',
      when: 'one command is',
      change: {rights: seen({...RIGHTS, missingToRead: ['scan']})},
      says: ['error'],
      text: 'user app may not: scan',
    },
    {id: 'store/rights-write', when: 'nothing is missing', says: 'ok'},
    {
      id: 'store/rights-write',
      when: 'one command is',
      change: {rights: seen({...RIGHTS, missingToWrite: ['evalsha']})},
      says: ['warning'],
    },
    {
      id: 'store/rights-write',
      when: 'the context may only read anyway',
      change: {readOnly: true, rights: seen({...RIGHTS, missingToWrite: ['evalsha']})},
      says: ['note'],
    },
    {id: 'store/rights-news', when: 'nothing is missing', says: 'ok'},
    {
      id: 'store/rights-news',
      when: 'publishing is',
      change: {rights: seen({...RIGHTS, missingForNews: ['publish']})},
      says: ['note'],
    },
    {id: 'store/tls', when: 'encrypted, and the server known', says: 'ok'},
    {id: 'store/tls', when: 'plain, on this machine', change: {transport: LOCAL}, says: 'ok'},
    {
      id: 'store/tls',
      when: 'plain, over a network',
      change: {transport: {...REMOTE, encrypted: false, verified: false}},
      says: ['warning'],
      text: 'to cache is not encrypted',
    },
    {
      id: 'store/tls',
      when: 'encrypted, whoever the server is',
      change: {transport: {...REMOTE, verified: false}},
      says: ['note'],
    },
    {id: 'store/tls', when: 'there is no server', change: {transport: undefined}, says: 'left out'},
    {id: 'store/authentication', when: 'with a password', says: 'ok'},
    {id: 'store/authentication', when: 'without one on this machine', change: {transport: LOCAL}, says: 'ok'},
    {
      id: 'store/authentication',
      when: 'without one over a network',
      change: {transport: {...REMOTE, authenticated: 'no'}},
      says: ['warning'],
    },
    {
      id: 'store/authentication',
      when: 'it cannot be told',
      change: {transport: {...REMOTE, authenticated: 'unknown'}},
      says: 'ok',
    },
  ]);
});

const REACHED: ReachFacts = {url: 'redis://cache:6379', outcome: {kind: 'reached'}, named: true};

describe('reaching the store', () => {
  testRows(REACH_RULES, REACHED, [
    {id: 'store/reachable', when: 'it is', says: 'ok'},
    {
      id: 'store/reachable',
      when: 'it is not',
      change: {outcome: {kind: 'failed', message: 'connection refused', hint: 'check the host'}},
      says: ['error'],
      text: 'refused',
    },
    {
      id: 'store/reachable',
      when: 'nobody has used the default store yet',
      change: {named: false, outcome: {kind: 'no-file', path: '/x/state.db'}},
      says: ['note'],
    },
    {
      id: 'store/reachable',
      when: 'the file that was named is not there',
      change: {outcome: {kind: 'no-file', path: '/x/state.db'}},
      says: ['warning'],
    },
    {
      id: 'store/reachable',
      when: 'it answers, and cannot be used',
      change: {outcome: {kind: 'unusable', message: 'the server is a node of a Redis Cluster', hint: 'x'}},
      says: ['error'],
      text: 'the server answers, and cannot be used: the server is a node',
    },
    {id: 'store/reachable', when: 'memory', change: {outcome: {kind: 'memory'}}, says: ['note']},
  ]);
});
