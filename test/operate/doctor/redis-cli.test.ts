import {expect, test} from 'vitest';
import {redisCli} from '../../../src/operate/doctor/redis-cli.ts';
import {REDIS_DURABILITY_RULES} from '../../../src/operate/doctor/redis-durability-rules.ts';
import {REDIS_RULES, type RedisRuleFacts} from '../../../src/operate/doctor/redis-rules.ts';
import {runRules} from '../../../src/operate/doctor/rule.ts';
import {seen} from './rows.ts';

test('a command names the server that the finding is about', () => {
  expect(redisCli({address: 'cache:6380', encrypted: false}, 'PING')).toBe('redis-cli -h cache -p 6380 PING');
  expect(redisCli({address: '::1:6379', encrypted: true}, 'PING')).toBe(
    'redis-cli -h ::1 -p 6379 --tls PING',
  );
});

/** Whatever can be wrong with one server. */
const SICK: RedisRuleFacts = {
  kind: 'redis',
  topology: 'single',
  prefix: 'rl:',
  nodes: [
    {
      address: 'cache:6380',
      encrypted: false,
      info: seen(
        new Map([
          ['maxmemory_policy', 'allkeys-lru'],
          ['maxmemory', '100'],
          ['used_memory', '99'],
          ['connected_clients', '99'],
          ['maxclients', '100'],
          ['slave0', 'ip=10.0.0.2,port=6379,state=wait_bgsave,offset=0,lag=9'],
        ]),
      ),
      settings: seen(
        new Map([
          ['lua-time-limit', '0'],
          ['save', ''],
          ['min-replicas-to-write', '2'],
        ]),
      ),
      slow: seen([{at: 0, took: 20_000, ours: true}]),
    },
  ],
  cluster: seen({state: 'fail', slotsAssigned: 16_000, slotsFailing: 0, primaries: 3, alone: 0}),
  keys: seen({
    total: 0,
    rows: 0,
    complete: true,
    endless: {count: 0, names: []},
    longestTtl: 0,
    longestName: '',
    foreign: {count: 0, names: []},
  }),
  inUse: true,
  now: 0,
};

test('what is advised can be copied as it is: no command for another server, no prose behind its arguments', () => {
  const next = runRules([...REDIS_RULES, ...REDIS_DURABILITY_RULES], seen(SICK))
    .flatMap(({findings}) => findings.map((finding) => finding.next))
    .filter((text) => text.includes('redis-cli'));
  expect(next).toHaveLength(9);
  for (const text of next) {
    const command = text.slice(text.indexOf('redis-cli')).split(' # ')[0]!;
    expect(command).toMatch(/^redis-cli (?:-h \S+ -p \d+|--cluster check cache:6380)(?: |$)/);
    expect(command).not.toMatch(/[,;]/);
  }
});
