import type {Goal} from './goals.ts';

const PROMISES =
  'Five times rate-limiter-flexible would leave 60 to 70 ns for a check, and to await an async function that does nothing takes 80 to 100. Of the 400 ns that a check of one key takes, the promise has that part, the decision about the row 90, counting for `metrics()` and `status` 60, two looks at the clock 50, and finding limit and key 50; the rest is spread over many small steps. rate-limiter-flexible keeps one count in a window and answers with four numbers.';
const MISSES =
  'Beside what one key costs, the time goes to memory that is in no cache: in a profile of 100,000 keys the look-up in the map of keys has 24 %, the first touch of a key’s text 11 %, that of its numbers 8 %. There is one look-up for each check, and the numbers of a key lie together in one array (60 bytes a key, its text aside); a replay has no text, only bytes in a table of its own.';
const ONE_BY_ONE =
  'One call after the other is bound by the way there and back, for which both write, read and wait once. On top come the server’s time for the script (7.7 to 8.1 µs against 5.9 to 6.5 for the shortest) and 9 µs of the process (29 against 20, both on one core and warm), of which no function has more than 2 %: the request and its answer, the route, the counters, the decision. Longer code is also longer in being compiled: 30 µs in the first second, 19 from the tenth on. On cores of their own client and server sleep more than half of the time, and the share of all this is smaller (0.9) than on one core, where both are twice as fast (0.7).';
const ENGINE =
  'The bound is ten times Go’s x/time/rate behind a map, 2.7 and 3.3 million on the machine on which the goal was set. Plain JavaScript over keys as bytes reached 12 and 10 million there, and only WebAssembly more (66 and 32). A request of one key, which waits for no memory, takes 38 ns here, and the goals are 37 and 30 ns with all the waiting. Keys are found and rows are read for 256 requests at a time, so that they wait together; in a profile finding keys has 54 % (23 of it reading ahead), deciding 30 %, reading rows ahead 16 %.';
const REPLAY =
  'grep looks for one word and skips the rest. Here every line costs 0.4 µs of processor time, spread over four threads. In a profile deciding has 27 % (half of it the first touch of a key’s place in the table and of its numbers), parsing a line and dealing it to the thread that owns its key 19 %, reading 9 %, line ends 9 %, the compiler 10 %: each thread compiles the same program for itself, so that start and end take 0.15 s.';
const REPLAY_JSON =
  'Every byte of a line is checked, which grep does not do, and a line has eight fields here, not the three of the file for which the goal was set. In a profile comparing a line with the shape of those before it has 28 % of the processor time, deciding 20 %. Plain JavaScript looks at four to eight bytes at a time; only WebAssembly sees sixteen.';

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
  'Checks go in two calls at a time, so that the server decides one while this process reads the other. What is left is the server’s time, about 5 µs a check beside 3 for each call, nearly all of it for reading and writing the key; the client has 3 to 5 µs. The fewer callers there are, the less there is to put together.';

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
        ? 'Four requests written together are one trip, as one request is. The server has begun with the first while the client writes the others, and its four short scripts take it 22 to 26 µs, as long as one of four buckets (18 to 22); the client has 77 µs against 97.'
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
  'The others gain most where commits wait for nothing. pgbench spreads 50 connections over all cores; here two calls of 25 checks are under way, each on one core of the server for 360 µs (about 170 for any call, 8 for each check), while this process sleeps half of the time (7 µs a check). More and smaller calls cost the server more than they gain.';
const FUNCTION =
  'The bare statement is one upsert of two columns: 50 to 53 µs of the server, of which an empty statement has 16. A check is a function: 93 to 113 µs, of which finding and locking the row has 23, the update of a row of seven columns 15, the decision 10, lock timeout and commit mode 5, the rest the statements inside a function. One update by itself that decides takes 64 to 71, and could not say what a refusal has to. The process has 77 µs against 50 of the driver alone, which describes each result and has no limiter.';

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
  'A check is a transaction of its own, since other processes share the file: six locks and some four writes by the system, which “bare upsert” needs as well, without deciding anything. Side by side a bare upsert took 11 to 13 µs of processor time, a bare read and upsert 13, a check in the store 17 to 18 and through the limiter 21. Numbers in place of names and blobs in the table would save some 4, and need files of another version.';

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
    reason: REPLAY_JSON,
  },
  {title: 'Replay, JSON lines, memory', table: 'replay ndjson memory', atMost: 300, reason: REPLAY},
  {
    title: 'Listing of all keys',
    table: 'listing',
    peer: 'redis-cli --scan',
    atMost: 0.4,
    reason:
      'redis-cli waits for 100,000 answers one by one: 7 to 9 s where the cores sleep in between, 3 to 4 s where other programs keep them awake. Here it is 2 to 3 s either way, most of which the server needs to find and read the keys; while it does, the page before is judged.',
  },
  {
    title: 'Listing of all keys, memory',
    table: 'listing memory',
    atMost: 120,
    reason:
      'Two thirds are Node and the program. The rest is mostly young memory, which V8 lets grow with what outlives a collection: a page or two of rows.',
  },
  {
    title: 'Status without a scan',
    table: 'listing',
    row: 'ratectl status',
    atMost: 0.1,
    reason:
      'Node, the program and the driver are loaded first; connecting and all questions, in eight trips, take a tenth of the time.',
  },
  {
    title: 'Start: --version',
    table: 'start',
    peer: 'node -e 0',
    atMost: 1.3,
    reason:
      'Beside what an empty Node does there are two files of 22 KB and one write. Processes that last 30 ms swing by a third with what else the machine does: `npm run bench:start` has more rounds.',
  },
  {
    title: 'Start: --help',
    table: 'start',
    row: 'ratectl --help',
    peer: 'node -e 0',
    atMost: 1.3,
    reason:
      'The list of commands is text that the build made. What is said of --version holds here too: the quotient swings.',
  },
  {
    title: 'Start: status on SQLite',
    table: 'start',
    row: 'ratectl status (SQLite)',
    peer: 'node -e 0',
    atMost: 2,
    reason:
      'Of some 28 ms beyond an empty Node the command line has 6 (commander, the options of one command), reading 1.2 MB of code with what V8 compiled of it 8, setting up 410 modules 5; settings, store, policy (yaml), keys and table have 1 to 2 ms each, all of it code that runs for the first time.',
  },
  {
    title: 'Start: small simulate',
    table: 'start',
    row: 'ratectl simulate (100 lines)',
    peer: 'node -e 0',
    atMost: 2,
    reason:
      'Of some 35 ms beyond an empty Node the command line has 6, reading 0.8 MB of code with what V8 compiled of it 8, setting up 480 modules 7, the policy (yaml) 3, the trace 2, the replay 4, the table 4. No part stands out: it is code that runs for the first time, and V8 has compiled all of it before. Shorter names (esbuild) would save 1 to 2 ms and the names in stacks of errors; other flags of V8 (no Sparkplug, a larger young heap) saved nothing.',
  },
];

export const GOALS: readonly Goal[] = [...memory, ...redis, ...postgres, ...whole];
