/** What the scheme of a Redis URL says. */
export type Topology = 'single' | 'cluster' | 'sentinel';

export const REDIS: ReadonlyMap<string, {readonly topology: Topology; readonly tls: boolean}> = new Map([
  ['redis', {topology: 'single', tls: false}],
  ['rediss', {topology: 'single', tls: true}],
  ['redis+cluster', {topology: 'cluster', tls: false}],
  ['rediss+cluster', {topology: 'cluster', tls: true}],
  ['redis+sentinel', {topology: 'sentinel', tls: false}],
  ['rediss+sentinel', {topology: 'sentinel', tls: true}],
]);

export const SCHEMES = ['memory', 'sqlite', ...REDIS.keys(), 'postgres', 'postgresql'];

/** What other tools write. */
export const MEANT: ReadonlyMap<string, string> = new Map([
  ['valkey', 'redis'],
  ['valkeys', 'rediss'],
  ['redis+tls', 'rediss'],
  ['redis+ssl', 'rediss'],
  ['redis-cluster', 'redis+cluster'],
  ['redis-sentinel', 'redis+sentinel'],
  ['sentinel', 'redis+sentinel'],
  ['sqlite3', 'sqlite'],
  ['file', 'sqlite'],
  ['pg', 'postgres'],
  ['psql', 'postgres'],
  ['mem', 'memory'],
]);

/** For hints. */
export const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['redis', 'redis://localhost:6379/0'],
  ['rediss', 'rediss://cache.example.com:6380'],
  ['redis+cluster', 'redis+cluster://10.0.0.1:7000,10.0.0.2:7000'],
  ['rediss+cluster', 'rediss+cluster://10.0.0.1:7000,10.0.0.2:7000'],
  ['redis+sentinel', 'redis+sentinel://10.0.0.1,10.0.0.2/mymaster'],
  ['rediss+sentinel', 'rediss+sentinel://10.0.0.1,10.0.0.2/mymaster'],
  ['postgres', 'postgres://localhost:5432/app'],
  ['postgresql', 'postgresql://localhost:5432/app'],
]);
