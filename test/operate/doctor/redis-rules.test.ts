import {expect, test} from 'vitest';
import {REDIS_DURABILITY_RULES} from '../../../src/operate/doctor/redis-durability-rules.ts';
import {REDIS_RULES, type RedisRuleFacts} from '../../../src/operate/doctor/redis-rules.ts';
import {runRules} from '../../../src/operate/doctor/rule.ts';
import type {KeySample, RedisNode} from '../../../src/store/examination.ts';
import {seen, testRows, unseen} from './rows.ts';

const MIB = 1_048_576;
const NOW = 1_800_000_000_000_000;
const DAY = 86_400_000_000;
const INFO = {
  maxmemory_policy: 'noeviction',
  maxmemory: String(100 * MIB),
  used_memory: String(20 * MIB),
  evicted_keys: '0',
  connected_clients: '10',
  maxclients: '10000',
  number_of_cached_scripts: '12',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  rdb_last_bgsave_status: 'ok',
  role: 'master',
  master_repl_offset: '5000000',
};
const SETTINGS = {appendfsync: 'everysec', 'lua-time-limit': '5000', 'min-replicas-to-write': '0', save: ''};
const NODE: RedisNode = {
  address: 'cache:6379',
  encrypted: false,
  info: seen(new Map(Object.entries(INFO))),
  settings: seen(new Map(Object.entries(SETTINGS))),
  slow: seen([]),
};
const KEYS: KeySample = {
  total: 10,
  rows: 10,
  complete: true,
  endless: {count: 0, names: []},
  longestTtl: DAY,
  longestName: 'rl:per-ip:t:{x}',
  foreign: {count: 0, names: []},
};
const HEALTHY: RedisRuleFacts = {
  kind: 'redis',
  topology: 'single',
  prefix: 'rl:',
  nodes: [NODE],
  cluster: undefined,
  keys: seen(KEYS),
  inUse: true,
  now: NOW,
};

const node = (
  info: Partial<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
): RedisNode => ({
  ...NODE,
  info: seen(new Map(Object.entries({...INFO, ...info} as Record<string, string>))),
  settings: seen(new Map(Object.entries({...SETTINGS, ...settings}))),
});
const nodes = (info: Partial<Record<string, string>>, settings: Readonly<Record<string, string>> = {}) => ({
  nodes: [node(info, settings)],
});
const untold = {nodes: [{...NODE, settings: unseen('the user may not ask for CONFIG')}]};
const slow = (at: number, took: number, ours: boolean) => ({
  nodes: [{...NODE, slow: seen([{at, took, ours}])}],
});
const replica = (state: string, lag: number, offset: number) => ({
  slave0: `ip=10.0.0.2,port=6380,state=${state},offset=${offset},lag=${lag}`,
});
const cluster = (state: string, slotsAssigned: number, slotsFailing: number, alone: number) => ({
  cluster: seen({state, slotsAssigned, slotsFailing, primaries: 3, alone}),
});

testRows([...REDIS_RULES, ...REDIS_DURABILITY_RULES], HEALTHY, [
  {id: 'redis/eviction', when: 'noeviction', says: 'ok'},
  {
    id: 'redis/eviction',
    when: 'allkeys-lru',
    change: nodes({maxmemory_policy: 'allkeys-lru'}),
    says: ['error'],
    text: 'allkeys-lru',
  },
  {
    id: 'redis/eviction',
    when: 'volatile-ttl: all of ours have a TTL',
    change: nodes({maxmemory_policy: 'volatile-ttl'}),
    says: ['warning'],
  },
  {
    id: 'redis/eviction',
    when: 'volatile-ttl that has evicted',
    change: nodes({maxmemory_policy: 'volatile-ttl', evicted_keys: '3'}),
    says: ['error'],
    text: '3 keys so far',
  },
  {
    id: 'redis/eviction',
    when: 'allkeys-lru without maxmemory',
    change: nodes({maxmemory_policy: 'allkeys-lru', maxmemory: '0'}),
    says: ['note'],
  },
  {
    id: 'redis/eviction',
    when: 'one of two nodes',
    change: {nodes: [NODE, node({maxmemory_policy: 'allkeys-lru'})]},
    says: ['error'],
  },
  {
    id: 'redis/eviction',
    when: 'the user may not ask for INFO',
    change: {nodes: [{...NODE, info: unseen('NOPERM')}]},
    says: 'unknown',
  },
  {id: 'redis/memory', when: 'a fifth', says: 'ok'},
  {
    id: 'redis/memory',
    when: '80 %',
    change: nodes({used_memory: String(80 * MIB)}),
    says: ['warning'],
    text: '80 MiB of 100 MiB of maxmemory are used (80%)',
  },
  {id: 'redis/memory', when: '95 %', change: nodes({used_memory: String(95 * MIB)}), says: ['error']},
  {
    id: 'redis/memory',
    when: 'without maxmemory, nearly all of the machine',
    change: nodes({maxmemory: '0', total_system_memory: String(24 * MIB)}),
    says: ['warning'],
    text: "the machine's memory",
  },
  {id: 'redis/memory', when: 'nothing is known of the machine', change: nodes({maxmemory: '0'}), says: 'ok'},
  {id: 'redis/connections', when: 'few', says: 'ok'},
  {id: 'redis/connections', when: '80 %', change: nodes({connected_clients: '8000'}), says: ['warning']},
  {id: 'redis/connections', when: '95 %', change: nodes({connected_clients: '9500'}), says: ['error']},
  {id: 'redis/scripts', when: 'a few', says: 'ok'},
  {
    id: 'redis/scripts',
    when: 'none, and limits were asked',
    change: nodes({number_of_cached_scripts: '0'}),
    says: ['note'],
  },
  {
    id: 'redis/scripts',
    when: 'none, and no limit was asked',
    change: {...nodes({number_of_cached_scripts: '0'}), inUse: false},
    says: 'ok',
  },
  {
    id: 'redis/scripts',
    when: 'thousands',
    change: nodes({number_of_cached_scripts: '20000'}),
    says: ['warning'],
  },
  {id: 'redis/script-limit', when: 'the usual one', says: 'ok'},
  {id: 'redis/script-limit', when: 'none', change: nodes({}, {'lua-time-limit': '0'}), says: ['note']},
  {
    id: 'redis/script-limit',
    when: 'a minute, by its newer name',
    change: nodes({}, {'busy-reply-threshold': '60000'}),
    says: ['note'],
  },
  {id: 'redis/script-limit', when: 'CONFIG is forbidden', change: untold, says: 'unknown', text: 'CONFIG'},
  {id: 'redis/slow-calls', when: 'none', says: 'ok'},
  {
    id: 'redis/slow-calls',
    when: 'one of ours a minute ago',
    change: slow(NOW - 60_000_000, 25_000, true),
    says: ['warning'],
    text: 'slowest 25ms',
  },
  {id: 'redis/slow-calls', when: 'one of another program', change: slow(NOW, 25_000, false), says: 'ok'},
  {id: 'redis/slow-calls', when: 'one of ours, yesterday', change: slow(NOW - DAY, 25_000, true), says: 'ok'},
  {id: 'redis/slow-calls', when: 'one of ours that took 2 ms', change: slow(NOW, 2_000, true), says: 'ok'},
  {id: 'redis/key-expiry', when: 'all rows end', says: 'ok'},
  {
    id: 'redis/key-expiry',
    when: 'one never does',
    change: {keys: seen({...KEYS, endless: {count: 1, names: ['rl:a:t:{x}']}})},
    says: ['warning'],
    text: '1 of 10 rows',
  },
  {
    id: 'redis/key-expiry',
    when: 'one ends in ten years',
    change: {keys: seen({...KEYS, longestTtl: 3_650 * DAY})},
    says: ['note'],
  },
  {id: 'redis/key-expiry', when: 'the user may not scan', change: {keys: unseen('NOPERM')}, says: 'unknown'},
  {id: 'redis/foreign-keys', when: 'there are none', says: 'ok'},
  {
    id: 'redis/foreign-keys',
    when: 'there are two',
    change: {keys: seen({...KEYS, foreign: {count: 2, names: ['rl:x', 'rl:y']}})},
    says: ['note'],
    text: 'rl:x, rl:y',
  },
  {id: 'redis/persistence', when: 'an append-only file', says: 'ok'},
  {
    id: 'redis/persistence',
    when: 'that is written when the system likes',
    change: nodes({}, {appendfsync: 'no'}),
    says: ['note'],
  },
  {
    id: 'redis/persistence',
    when: 'snapshots alone',
    change: nodes({aof_enabled: '0', rdb_changes_since_last_save: '42'}, {save: '3600 1'}),
    says: ['note'],
    text: '42 changes',
  },
  {id: 'redis/persistence', when: 'nothing', change: nodes({aof_enabled: '0'}), says: ['warning']},
  {id: 'redis/last-save', when: 'it went well', says: 'ok'},
  {
    id: 'redis/last-save',
    when: 'a snapshot failed',
    change: nodes({rdb_last_bgsave_status: 'err'}),
    says: ['error'],
    text: 'rdb_last_bgsave_status',
  },
  {
    id: 'redis/last-save',
    when: 'the append-only file failed',
    change: nodes({aof_last_write_status: 'err'}),
    says: ['error'],
  },
  {id: 'redis/primary', when: 'a primary', says: 'ok'},
  {
    id: 'redis/primary',
    when: 'a replica',
    change: nodes({role: 'slave', master_host: 'db', master_port: '6379', master_link_status: 'up'}),
    says: ['warning'],
    text: 'may lag',
  },
  {
    id: 'redis/primary',
    when: 'a replica that has lost its primary',
    change: nodes({role: 'slave', master_link_status: 'down'}),
    says: ['warning'],
    text: 'has lost it',
  },
  {id: 'redis/replicas', when: 'there are none', says: 'ok'},
  {
    id: 'redis/replicas',
    when: 'one that keeps up',
    change: nodes(replica('online', 1, 4_999_000)),
    says: 'ok',
  },
  {
    id: 'redis/replicas',
    when: 'one that was silent for 3 s',
    change: nodes(replica('online', 3, 5_000_000)),
    says: ['warning'],
    text: '10.0.0.2:6380',
  },
  {
    id: 'redis/replicas',
    when: 'one that is 2 MB behind',
    change: nodes(replica('online', 0, 3_000_000)),
    says: ['warning'],
  },
  {
    id: 'redis/replicas',
    when: 'one that is being sent a snapshot',
    change: nodes(replica('send_bulk', 0, 5_000_000)),
    says: ['warning'],
  },
  {id: 'redis/min-replicas', when: 'no replicas, none demanded', says: 'ok'},
  {
    id: 'redis/min-replicas',
    when: 'a replica, and none demanded',
    change: nodes(replica('online', 0, 5_000_000)),
    says: ['note'],
  },
  {
    id: 'redis/min-replicas',
    when: 'one of one demanded',
    change: nodes(
      {...replica('online', 0, 5_000_000), min_slaves_good_slaves: '1'},
      {'min-replicas-to-write': '1'},
    ),
    says: 'ok',
  },
  {
    id: 'redis/min-replicas',
    when: 'more demanded than there are',
    change: nodes({min_slaves_good_slaves: '0'}, {'min-replicas-to-write': '1'}),
    says: ['error'],
    text: 'writes are refused',
  },
  {id: 'redis/min-replicas', when: 'CONFIG is forbidden', change: untold, says: 'unknown'},
  {id: 'redis/cluster', when: 'it is none', says: 'left out'},
  {id: 'redis/cluster', when: 'all slots, and replicas', change: cluster('ok', 16_384, 0, 0), says: 'ok'},
  {
    id: 'redis/cluster',
    when: 'slots without a node',
    change: cluster('fail', 16_000, 0, 0),
    says: ['error'],
    text: '384 of 16384',
  },
  {
    id: 'redis/cluster',
    when: 'a node that may have failed',
    change: cluster('ok', 16_384, 5_461, 0),
    says: ['error'],
  },
  {
    id: 'redis/cluster',
    when: 'a primary without replica',
    change: cluster('ok', 16_384, 0, 1),
    says: ['note'],
  },
]);

test('where nothing is saved no snapshot is spoken of', () => {
  const rule = REDIS_DURABILITY_RULES.find(({id}) => id === 'redis/persistence')!;
  const off = nodes({aof_enabled: '0', rdb_changes_since_last_save: '42'}, {save: ''});
  const [check] = runRules([rule], {seen: true, value: {...HEALTHY, ...off}});
  expect(check?.findings[0]?.what).toContain('nothing is kept on disk');
  expect(JSON.stringify(check)).not.toContain('snapshot');
});
