import type {Goal} from './goals.ts';

const PROMISES =
  'An answer is a promise and an object that knows headers, layers and leases, and each check is counted for `metrics()` and `status`. In a profile of one key no function has more than 12 %: the async function 10, rows and decision 20, the clock 14, garbage 12, the object of the answer 10. rate-limiter-flexible keeps one count in a window and answers with four numbers.';
const MISSES =
  'Beside what one key costs, most of the time goes to memory that is in no cache: in a profile looking up the row (16 %), the map of keys (11 %), the first touch of its numbers (10 %). The row of a key, its numbers and its address are objects of their own, so that stores can hand them out; a replay, whose rows are one array of numbers, has none of them.';
const ONE_BY_ONE =
  'One call after the other is bound by the way there and back; more than half of the time the process sleeps. What the client adds is spread over many small steps (batching, guard, codec, counters; none above 2 % in a profile, where the system’s write has 10 to 40 %). The quotient swings with where the system runs client and server: on one core both are twice as fast.';
const ENGINE =
  'The bound is ten times Go’s x/time/rate behind a map, 2.7 and 3.3 million on the machine on which the goal was set. The shortest loop in plain JavaScript over keys as bytes reached 12 and 10 million there, and only WebAssembly more (66 and 32). In a profile finding the key in the table (its slot, its bytes) has 36 to 40 %, the first touch of its numbers 13 to 19 %.';
const REPLAY =
  'grep looks for one word and skips the rest. Here every line costs 0.55 µs of processor time, spread over four threads, and no part stands out in a profile: finding and hashing the key and dealing it to the thread that owns it 27 %, deciding 31 %, reading 7 %, messages between threads 3 %. 0.15 s are start and end, with one thread.';

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
  '`-P 16` keeps sixteen requests of each connection under way and does nothing with the answers, so the server is never idle. Here each caller waits for its own answer.';
const BATCHES =
  'Checks go in two calls at a time, so that the server decides one while this process reads the other. What is left is the server’s time for the checks, and the fewer callers there are, the less there is to put together.';

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
  {
    title: 'Redis, 50 callers',
    table: 'redis 50',
    peer: 'redis-benchmark -P 16',
    atLeast: 0.9,
    reason: OWN_SCRIPT,
  },
  {
    title: 'Redis, 200 callers',
    table: 'redis 200',
    peer: 'redis-benchmark -P 16',
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

const DISK =
  'One process puts all checks of a moment into two or three commits, which wait for the disk; 50 clients of pgbench have 50 commits that the server writes together.';
const PARALLEL =
  'The others gain most where commits wait for nothing. pgbench spreads 50 connections over all cores; one process with four connections is bound by its own core (8 to 10 µs a check) and by the function on the server.';
const FUNCTION =
  'The bare statement is one upsert. A check is a function on the server (several algorithms, refusals that say when to come back) through a limiter on the client; one by one, both are on the way of every answer.';

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
  'A check is a transaction that reads and writes, since other processes share the file; in a profile of one caller SQLite itself has 88 % of the time. “bare read and upsert” is the same without any limiter.';

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
    reason:
      'The tree of commands, what it prints and a code cache are read before: `npm run bench:start` has the parts, and more rounds.',
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
