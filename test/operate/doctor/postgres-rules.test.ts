import {POSTGRES_ACTIVITY_RULES} from '../../../src/operate/doctor/postgres-activity-rules.ts';
import {POSTGRES_RULES, type PostgresRuleFacts} from '../../../src/operate/doctor/postgres-rules.ts';
import type {ActivityFacts, TableFacts} from '../../../src/store/examination.ts';
import {seen, testRows, unseen} from './rows.ts';

const NOW = 1_800_000_000_000_000;
const MINUTE = 60_000_000;
const GIB = 1_073_741_824;
const TABLE: TableFacts = {
  name: 'state',
  unlogged: false,
  live: 1_000,
  dead: 100,
  bytes: 200_000,
  autovacuum: true,
  vacuumedAt: NOW - MINUTE,
};
const OBJECTS = {missingTables: [], missingIndexes: [], invalidIndexes: [], missingFunctions: []};
const QUIET: ActivityFacts = {oldestAge: 0, oldestState: '', oldestName: '', prepared: 0, hidden: 0};
const SETTINGS = {fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on'};
const HEALTHY: PostgresRuleFacts = {
  kind: 'postgres',
  schema: 'ratectl',
  url: 'postgres://db:5432/app',
  now: NOW,
  migrations: seen({version: 6, newest: 6}),
  objects: seen(OBJECTS),
  tables: seen([TABLE]),
  settings: seen(new Map(Object.entries(SETTINGS))),
  asked: {unlogged: false, commitOff: false},
  connections: seen({used: 20, usable: 97}),
  session: 'own',
  activity: seen(QUIET),
  isReplica: seen(false),
  replicas: seen([]),
  idleSlots: seen([]),
};
const version = (number: number) => ({migrations: seen({version: number, newest: 6})});
const objects = (more: Partial<typeof OBJECTS> | Record<string, readonly string[]>) => ({
  objects: seen({...OBJECTS, ...more}),
});
const table = (more: Partial<TableFacts>) => ({tables: seen([{...TABLE, ...more}])});
const settings = (more: Readonly<Record<string, string>>) => ({
  settings: seen(new Map(Object.entries({...SETTINGS, ...more}))),
});
const activity = (more: Partial<ActivityFacts>) => ({activity: seen({...QUIET, ...more})});
const open = (oldestAge: number, oldestState: string) =>
  activity({oldestAge, oldestState, oldestName: 'backup'});
const replica = (lag: number | undefined, lagBytes: number | undefined) => ({
  replicas: seen([{name: 'standby', state: 'streaming', lag, lagBytes}]),
});

testRows([...POSTGRES_RULES, ...POSTGRES_ACTIVITY_RULES], HEALTHY, [
  {id: 'postgres/autovacuum', when: 'it runs', says: 'ok'},
  {
    id: 'postgres/autovacuum',
    when: 'it is off',
    change: settings({autovacuum: 'off'}),
    says: ['warning'],
    text: 'autovacuum is off',
  },
  {
    id: 'postgres/autovacuum',
    when: 'it counts nothing, and so finds nothing to do',
    change: settings({track_counts: 'off'}),
    says: ['warning'],
  },
  {
    id: 'postgres/autovacuum',
    when: 'a table is left out',
    change: table({autovacuum: false}),
    says: ['warning'],
    text: 'leaves state out',
  },
  {id: 'postgres/schema', when: 'of this version', says: 'ok'},
  {id: 'postgres/schema', when: 'there is none yet', change: version(0), says: ['note']},
  {id: 'postgres/schema', when: 'older', change: version(4), says: ['warning'], text: '2 migrations'},
  {id: 'postgres/schema', when: 'newer', change: version(7), says: ['error'], text: 'older than the schema'},
  {
    id: 'postgres/schema',
    when: 'the role may not look',
    change: {migrations: unseen('not allowed')},
    says: 'unknown',
  },
  {id: 'postgres/objects', when: 'all there', says: 'ok'},
  {
    id: 'postgres/objects',
    when: 'a table and a function are gone',
    change: objects({missingTables: ['hot'], missingFunctions: ['record']}),
    says: ['error', 'error'],
    text: 'hot',
  },
  {
    id: 'postgres/objects',
    when: 'the schema is to be migrated',
    change: {...version(4), ...objects({missingTables: ['queue_items']})},
    says: 'ok',
  },
  {id: 'postgres/indexes', when: 'all there', says: 'ok'},
  {
    id: 'postgres/indexes',
    when: 'one is missing',
    change: objects({missingIndexes: ['hot_until']}),
    says: ['error'],
    text: 'hot_until is missing',
  },
  {
    id: 'postgres/indexes',
    when: 'one is invalid',
    change: objects({invalidIndexes: ['hot_until']}),
    says: ['error'],
    text: 'is invalid',
  },
  {id: 'postgres/bloat', when: 'few dead rows', says: 'ok'},
  {
    id: 'postgres/bloat',
    when: 'many, and far more live ones',
    change: table({dead: 50_000, live: 1_000_000}),
    says: 'ok',
  },
  {
    id: 'postgres/bloat',
    when: 'as many dead as live',
    change: table({dead: 50_000, live: 50_000}),
    says: ['note'],
    text: 'last vacuumed: 1m ago',
  },
  {
    id: 'postgres/bloat',
    when: 'many more dead than live, never vacuumed',
    change: table({dead: 50_000, live: 1_000, vacuumedAt: undefined}),
    says: ['warning'],
    text: 'never',
  },
  {id: 'postgres/unlogged', when: 'logged', says: 'ok'},
  {
    id: 'postgres/unlogged',
    when: 'UNLOGGED, and nobody asks for it',
    change: table({unlogged: true}),
    says: ['warning'],
  },
  {
    id: 'postgres/unlogged',
    when: 'UNLOGGED, as the URL says',
    change: {...table({unlogged: true}), asked: {unlogged: true, commitOff: false}},
    says: ['note'],
  },
  {id: 'postgres/durability', when: 'all on', says: 'ok'},
  {
    id: 'postgres/durability',
    when: 'fsync is off',
    change: settings({fsync: 'off'}),
    says: ['error'],
    text: 'fsync is off',
  },
  {
    id: 'postgres/durability',
    when: 'commits do not wait',
    change: settings({synchronous_commit: 'off'}),
    says: ['note'],
  },
  {
    id: 'postgres/durability',
    when: 'the URL says so',
    change: {asked: {unlogged: false, commitOff: true}},
    says: ['note'],
  },
  {id: 'postgres/connections', when: 'a fifth', says: 'ok'},
  {
    id: 'postgres/connections',
    when: '80 of 97',
    change: {connections: seen({used: 80, usable: 97})},
    says: ['warning'],
  },
  {
    id: 'postgres/connections',
    when: '95 of 97',
    change: {connections: seen({used: 95, usable: 97})},
    says: ['error'],
  },
  {id: 'postgres/pooler', when: 'none', says: 'ok'},
  {id: 'postgres/pooler', when: 'one in transaction mode', change: {session: 'shared'}, says: ['note']},
  {id: 'postgres/transactions', when: 'none is open', says: 'ok'},
  {id: 'postgres/transactions', when: 'a query of 4 minutes', change: open(4 * MINUTE, 'active'), says: 'ok'},
  {
    id: 'postgres/transactions',
    when: 'a query of 5 minutes',
    change: open(5 * MINUTE, 'active'),
    says: ['warning'],
    text: 'backup is open for 5m',
  },
  {
    id: 'postgres/transactions',
    when: 'idle for a minute',
    change: open(MINUTE, 'idle in transaction'),
    says: ['warning'],
  },
  {id: 'postgres/transactions', when: 'an hour', change: open(60 * MINUTE, 'active'), says: ['error']},
  {
    id: 'postgres/transactions',
    when: 'a prepared one was left',
    change: activity({prepared: 1}),
    says: ['warning'],
  },
  {
    id: 'postgres/transactions',
    when: 'the role sees nobody else',
    change: activity({hidden: 4}),
    says: 'unknown',
    text: 'pg_read_all_stats',
  },
  {id: 'postgres/primary', when: 'a primary', says: 'ok'},
  {id: 'postgres/primary', when: 'a replica', change: {isReplica: seen(true)}, says: ['warning']},
  {id: 'postgres/replication', when: 'no replicas', says: 'ok'},
  {id: 'postgres/replication', when: 'one that keeps up', change: replica(1_000, 0), says: 'ok'},
  {
    id: 'postgres/replication',
    when: 'one that is 10 s behind',
    change: replica(10_000_000, 1_000),
    says: ['warning'],
    text: '10s and',
  },
  {
    id: 'postgres/replication',
    when: 'one that is 16 MiB behind',
    change: replica(undefined, 16 * 1_048_576),
    says: ['warning'],
  },
  {
    id: 'postgres/replication',
    when: 'a slot that nobody reads',
    change: {idleSlots: seen([{name: 'old', retainedBytes: 2 * GIB}])},
    says: ['warning'],
    text: 'keeps 2 GiB',
  },
  {
    id: 'postgres/replication',
    when: 'a slot that keeps little',
    change: {idleSlots: seen([{name: 'new', retainedBytes: 100}])},
    says: 'ok',
  },
]);
