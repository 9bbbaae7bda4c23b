/**
 * Checks per second in Postgres, beside what others reach on the same server in the same run: rate-limiter-flexible, `pg` with a
 * limiter of one statement, `pgbench` with our own statement. Starts a private server that waits for the disk. Ratios travel,
 * figures do not.
 *
 *   node test/bench/postgres.ts [--seconds 3] [--keys 1000] [--callers 1,10,50,200] [--durability on,off,unlogged]
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import pg from 'pg';
import {RateLimiterPostgres} from 'rate-limiter-flexible';
import type {Check, CheckAnswer} from '../../src/engine/live/check.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {Store} from '../../src/store/port.ts';
import {openPostgresStore} from '../../src/store/postgres/open-postgres-store.ts';
import {gcraSpec, policyOf} from '../support/policies.ts';
import {findBinary} from '../support/servers/find-binary.ts';
import {startPostgres} from '../support/servers/postgres-server.ts';

const {values: flags} = parseArgs({
  options: {
    seconds: {type: 'string', default: '3'},
    keys: {type: 'string', default: '1000'},
    callers: {type: 'string', default: '1,10,50,200'},
    durability: {type: 'string', default: 'on,off,unlogged'},
    pool: {type: 'string', default: '4'},
  },
});
const SECONDS = Number(flags.seconds);
const KEYS = Number(flags.keys);
const RATE = 1_000_000;

type Take = (key: string) => Promise<unknown>;

/** Callers that each wait for their answer before they ask again. */
const rateOf = async (callers: number, take: Take): Promise<number> => {
  let done = 0;
  const run = async (seconds: number): Promise<number> => {
    done = 0;
    const start = process.hrtime.bigint();
    const end = start + BigInt(Math.round(seconds * 1e9));
    let next = 0;
    const caller = async (): Promise<void> => {
      while (process.hrtime.bigint() < end) {
        await take(`k${(next++ * 7919) % KEYS}`);
        done++;
      }
    };
    await Promise.all(Array.from({length: callers}, caller));
    return (done * 1e9) / Number(process.hrtime.bigint() - start);
  };
  await run(0.5);
  return run(SECONDS);
};

/** What the guard does: the checks of one turn of the event loop go together, as many calls at once as there are connections. */
const coalescing = (store: Store, atOnce: number): ((check: Check) => Promise<CheckAnswer>) => {
  let waiting: {check: Check; resolve(answer: CheckAnswer): void; reject(error: unknown): void}[] = [];
  let flying = 0;
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    if (waiting.length === 0 || flying >= atOnce) return;
    const some = waiting;
    waiting = [];
    flying++;
    store.check(some.map(({check}) => check)).then(
      (answers) => {
        flying--;
        some.forEach(({resolve}, i) => {
          resolve(answers[i]!);
        });
        schedule();
      },
      (error) => {
        flying--;
        for (const {reject} of some) reject(error);
      },
    );
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  return (check) =>
    new Promise((resolve, reject) => {
      waiting.push({check, resolve, reject});
      schedule();
    });
};

const bench = (port: number, script: string, clients: number, settings: string): number => {
  const output = execFileSync(
    findBinary('pgbench') ?? 'pgbench',
    ['-h', '127.0.0.1', '-p', String(port), '-U', 'ratectl', '-n', '-M', 'prepared', '-f', script].concat([
      '-c',
      String(clients),
      '-j',
      String(Math.min(2, clients)),
      '-T',
      String(SECONDS),
      'postgres',
    ]),
    {encoding: 'utf8', env: {...process.env, PGOPTIONS: settings}, stdio: ['ignore', 'pipe', 'pipe']},
  );
  return Number(/tps = ([\d.]+)/.exec(output)![1]);
};

const server = await startPostgres({durability: 'on', settings: ['max_connections=250']});
const scripts = mkdtempSync(join(tmpdir(), 'ratectl-bench-'));
try {
  process.stdout.write(
    `${KEYS} keys, ${SECONDS} s each; checks per second\ndurability callers | ours, coalesced | ours, one by one | pg, GCRA in one statement | rate-limiter-flexible | pgbench, our statement | pgbench, GCRA | ours ÷ rlf\n`,
  );
  for (const durability of flags.durability.split(',')) {
    const schema = `bench_${durability}`;
    const query = `schema=${schema}&sslmode=disable${durability === 'unlogged' ? '&unlogged=true' : ''}${durability === 'off' ? '&synchronous_commit=off' : ''}`;
    const settings = durability === 'off' ? '-c synchronous_commit=off' : '';
    const store = await openPostgresStore(
      {
        kind: 'postgres',
        hosts: [{host: '127.0.0.1', port: server.port}],
        username: 'ratectl',
        password: undefined,
        database: 'postgres',
        parameters: new Map([...new URLSearchParams(query), ['pool', flags.pool]]),
      },
      {access: 'write', connection: 'reconnect'},
    );
    const router = new RequestRouter(policyOf([{name: 'api', buckets: [gcraSpec(RATE, 1_000_000)]}]));
    const checkOf = (key: string): Check =>
      router.route({key}, {cost: 1, now: Date.now() * 1_000, hold: Number.POSITIVE_INFINITY});

    const kind = durability === 'unlogged' ? 'unlogged ' : '';
    await server.sql(
      `create ${kind}table gcra_${durability} (key text primary key, tat float8 not null) with (fillfactor = 50)`,
    );
    const GCRA = `insert into gcra_${durability} as g (key, tat) values ($1, extract(epoch from clock_timestamp()) * 1000000 + 1)
      on conflict (key) do update set tat = greatest(g.tat, excluded.tat - 1) + 1
      where greatest(g.tat, excluded.tat - 1) <= excluded.tat + 1000000 returning tat`;
    const pool = new pg.Pool({
      host: '127.0.0.1',
      port: server.port,
      user: 'ratectl',
      database: 'postgres',
      max: 10,
      options: settings,
    });
    pool.on('error', () => {});
    const rlfTable = `rlf_${durability}`;
    const rlf = await new Promise<RateLimiterPostgres>((resolve, reject) => {
      const limiter: RateLimiterPostgres = new RateLimiterPostgres(
        {
          storeClient: pool,
          points: 1_000_000_000,
          duration: 3_600,
          tableName: rlfTable,
          clearExpiredByTimeout: false,
        },
        (error) => (error === undefined ? resolve(limiter) : reject(error)),
      );
    });
    if (durability === 'unlogged') await server.sql(`alter table ${rlfTable} set unlogged`);
    const script = join(scripts, `${durability}.sql`);
    const bareScript = join(scripts, `${durability}-bare.sql`);
    writeFileSync(
      script,
      `\\set k random(0, ${KEYS - 1})
select ${schema}.check(array[convert_to('api', 'UTF8') || '\\x00'::bytea || convert_to('k' || :k, 'UTF8') || '\\x000067'::bytea],
  array[3, length('k' || :k), 0], '{}'::bytea[], '{1,0,2,4,1,1,1000000,1000000,0,0}'::float8[],
  '{1,0,Infinity,1,1,1,0,0}'::float8[], '{4000,5000000,${durability === 'off' ? 1 : 0},-1,0,0}'::float8[]);\n`,
    );
    writeFileSync(
      bareScript,
      `\\set k random(0, ${KEYS - 1})\n${GCRA.replace('$1', "'k' || :k").replaceAll('\n', ' ')};\n`,
    );
    for (const callers of flags.callers.split(',').map(Number)) {
      const together = coalescing(store, Number(flags.pool));
      const rates = [
        await rateOf(callers, (key) => together(checkOf(key))),
        await rateOf(callers, (key) => store.check([checkOf(key)])),
        await rateOf(callers, (key) => pool.query({name: 'gcra', text: GCRA, values: [key]})),
        await rateOf(callers, (key) => rlf.consume(key)),
        bench(server.port, script, callers, ''),
        bench(server.port, bareScript, callers, settings),
      ];
      process.stdout.write(
        `${[durability, callers, ...rates.map((rate) => Math.round(rate)), (rates[0]! / rates[3]!).toFixed(2)].join(' | ')}\n`,
      );
    }
    await pool.end();
    await store.close();
  }
} finally {
  await server.stop();
  rmSync(scripts, {recursive: true});
}
