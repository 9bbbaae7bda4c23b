import type {Goal} from './goals.ts';

const PROMISES =
  'An answer is a promise and an object that knows headers, layers and leases, and each check is counted for `metrics()` and `status`. In a profile of the hot key the decision itself (algorithm, row, clock) is a quarter; the rest is the async function, the object, counters and four looks at the clock. express-rate-limit increments a number and says nothing else.';
const MISSES =
  'In a profile two thirds are waits for memory: the map of keys, the row, its numbers and its address are objects of their own, far apart. The replay, whose rows are one array of numbers, has no such waits, and no names of keys either.';
const ONE_BY_ONE =
  'One call after the other is bound by the way there and back, most of which the process sleeps. What is left is the client: the limiter (timeouts, counters, usage, batching) adds to the driver’s own work, and more so while the processor is woken anew for every answer.';
const ENGINE =
  'The bound is ten times 2.7 and 3.3 million, of Go’s x/time/rate behind a map with 100,000 and 1,000,000 keys on the machine on which the goal was set. Keys come as bytes here and are hashed and compared for every request; in the profile most of the time is the first touch of a key’s row.';
const REPLAY =
  'grep looks for one word and may skip bytes; a replay has to find time and key of each line, and hash the key. In a profile of a thread the parser has about half and deciding a third, none of it garbage; four threads share four cores with the system’s reading of the file.';

const memory: readonly Goal[] = [
  {
    title: 'Limiter, one key',
    table: 'memory hot',
    peer: 'rate-limiter-flexible',
    atLeast: 5,
    reason: PROMISES,
  },
  {
    title: 'Limiter, 100,000 keys',
    table: 'memory uniform',
    peer: 'rate-limiter-flexible',
    atLeast: 5,
    reason: MISSES,
  },
  {
    title: 'Limiter, 1,000,000 keys',
    table: 'memory zipf',
    peer: 'rate-limiter-flexible',
    atLeast: 5,
    reason: MISSES,
  },
  {
    title: 'Engine, 100,000 keys',
    table: 'memory uniform',
    row: 'the engine in a replay',
    atLeast: 27_000_000,
    reason: ENGINE,
  },
  {
    title: 'Engine, 1,000,000 keys',
    table: 'memory zipf',
    row: 'the engine in a replay',
    atLeast: 33_000_000,
    reason: ENGINE,
  },
];

const OWN_SCRIPT =
  '`-P 16` keeps sixteen requests of each connection under way and does nothing with the answers; the server is then never idle. Here 50 callers each wait for their own answer.';
const BATCHES =
  'With few callers there is little to put together. Checks go in two calls at a time, so that the server decides one while this process reads the other; the server’s part is its time for the script.';

const redis: readonly Goal[] = [
  {title: 'Redis, 1 caller', table: 'redis 1', peer: 'bare ioredis', atLeast: 0.95, reason: ONE_BY_ONE},
  {
    title: 'Redis, 50 callers',
    table: 'redis 50',
    peer: 'rate-limiter-flexible',
    atLeast: 1.8,
    reason: BATCHES,
  },
  {
    title: 'Redis, 200 callers',
    table: 'redis 200',
    peer: 'rate-limiter-flexible',
    atLeast: 1.8,
    reason: BATCHES,
  },
  {title: 'Redis, 50 callers', table: 'redis 50', peer: 'the same, -P 16', atLeast: 0.9, reason: OWN_SCRIPT},
  {
    title: 'Redis, 200 callers',
    table: 'redis 200',
    peer: 'the same, -P 16',
    atLeast: 0.9,
    reason: OWN_SCRIPT,
  },
  ...[1, 50, 200].map((callers) => ({
    title: `Redis, four buckets, ${callers} caller${callers === 1 ? '' : 's'}`,
    table: `redis four ${callers}`,
    peer: 'rate-limiter-flexible × 4',
    atLeast: 2,
    reason:
      callers === 1
        ? 'Four requests written together are one trip, as one request is: the server’s time for four scripts is small beside the way.'
        : BATCHES,
  })),
  {
    title: 'Memory of a key in Redis',
    table: 'key memory',
    atMost: 80,
    reason:
      'The goal was set with a name of 21 bytes and a number alone. Here the name holds limit and shape, so that two versions of a policy never write over each other’s counts, and the value its shape and the fraction of a microsecond.',
  },
];

const DISK = 'Every commit waits for the disk, which has its own speed; the spread is that of the disk.';
const PARALLEL =
  'pgbench spreads 50 connections over all cores and waits for nobody else’s row. One process with a few connections is bound by its own core and by the function on the server.';
const FUNCTION =
  'The bare statement is one upsert. A check is a function on the server (limits by name, several algorithms, refusals that say when to come back) through a limiter on the client; one by one, both are on the way of every answer.';

const postgres: readonly Goal[] = (['on', 'off', 'unlogged'] as const).flatMap((durability): Goal[] => {
  const words = {on: 'each commit on disk', off: 'commits later on disk', unlogged: 'unlogged'}[durability];
  const slow = durability === 'on' ? DISK : PARALLEL;
  return [
    {
      title: `Postgres, ${words}, 1 caller`,
      table: `postgres ${durability} 1`,
      peer: 'bare pg',
      atLeast: 0.95,
      reason: FUNCTION,
    },
    {
      title: `Postgres, ${words}, 50 callers`,
      table: `postgres ${durability} 50`,
      peer: 'rate-limiter-flexible',
      atLeast: 3,
      reason: slow,
    },
    {
      title: `Postgres, ${words}, 50 callers`,
      table: `postgres ${durability} 50`,
      peer: 'pgbench, token bucket',
      atLeast: 1,
      reason: slow,
    },
  ];
});

const TRANSACTION =
  'A check is a transaction that reads and writes, since other processes share the file; in a profile SQLite itself has 85 % of the time. “bare read and upsert” is the same without any limiter.';

const whole: readonly Goal[] = [
  {title: 'SQLite, 1 caller', table: 'sqlite 1', atLeast: 60_000, reason: TRANSACTION},
  {title: 'SQLite, 50 callers', table: 'sqlite 50', atLeast: 60_000, reason: TRANSACTION},
  {title: 'Replay, access log', table: 'replay combined', peer: 'grep -c Safari', atMost: 1, reason: REPLAY},
  {
    title: 'Replay, access log',
    table: 'replay combined',
    peer: 'readline + rate-limiter-flexible',
    atLeast: 25,
    reason: REPLAY,
  },
  {title: 'Replay, access log, memory', table: 'replay combined memory', atMost: 300, reason: REPLAY},
  {
    title: 'Replay, JSON lines',
    table: 'replay ndjson',
    peer: 'grep -c key',
    atMost: 1.5,
    reason: `${REPLAY} Lines of JSON here have eight fields, not the three of the file for which the goal was set.`,
  },
  {title: 'Replay, JSON lines, memory', table: 'replay ndjson memory', atMost: 300, reason: REPLAY},
  {
    title: 'Listing of all keys',
    table: 'listing',
    peer: 'redis-cli --scan',
    atMost: 0.4,
    reason:
      'Every name, value and time to live crosses the connection and is decoded, which redis-cli does with names only. A script that kept the top on the server would be quicker, and would need the algorithms twice.',
  },
  {
    title: 'Listing of all keys, memory',
    table: 'listing memory',
    atMost: 120,
    reason:
      'Beside what Node has with any driver (60 MiB) it is young garbage: decoded rows live for a page, and V8 lets its young generation grow before it collects.',
  },
  {
    title: 'Status without a scan',
    table: 'listing',
    row: 'ratectl status',
    atMost: 0.1,
    reason:
      'Start, connection and check of the server’s rights come before the first question: see start-up.',
  },
  {
    title: 'Start: --version',
    table: 'start',
    peer: 'node -e 0',
    atMost: 1.3,
    reason: 'bench:start has the parts.',
  },
  {
    title: 'Start: --help',
    table: 'start',
    row: 'ratectl --help',
    peer: 'node -e 0',
    atMost: 1.3,
    reason: 'The whole command tree is made for the list of commands.',
  },
  {
    title: 'Start: status on SQLite',
    table: 'start',
    row: 'ratectl status (SQLite)',
    peer: 'node -e 0',
    atMost: 2,
    reason: 'Reading the policy (yaml), opening SQLite and drawing the table have about equal parts.',
  },
  {
    title: 'Start: small simulate',
    table: 'start',
    row: 'ratectl simulate (100 lines)',
    peer: 'node -e 0',
    atMost: 2,
    reason: 'Reading the policy (yaml), the engine and drawing the table have about equal parts.',
  },
];

export const GOALS: readonly Goal[] = [...memory, ...redis, ...postgres, ...whole];
