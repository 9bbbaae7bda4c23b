/**
 * Checks per second of the SQLite store in one process, as a ratio to bare upserts through `node:sqlite` into a table of the same
 * form in the same run: what the file itself costs, without any decision.
 *
 *   node test/bench/sqlite.ts              about half a minute
 *   node test/bench/sqlite.ts 200000       more checks per figure; default 100,000
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {openSqliteStore} from '../../src/store/sqlite/open-sqlite-store.ts';
import {SqliteHandle} from '../../src/store/sqlite/sqlite-handle.ts';
import {bytesOfWords} from '../../src/store/sqlite/word-bytes.ts';
import {WRITE_PRAGMAS} from '../../src/store/sqlite/write-access.ts';
import {HOUR, S} from '../support/instants.ts';
import {
  fixedWindowSpec,
  gcraSpec,
  policyOf,
  slidingWindowSpec,
  tokenBucketSpec,
} from '../support/policies.ts';

const CHECKS = Number(process.argv[2] ?? 100_000);
const CALLS = [1, 10, 100, 1_000];
const KEYS = 100_000;
const ROUNDS = 3;

const POLICIES = {
  'one bucket': policyOf([{name: 'one', buckets: [gcraSpec(1_000, S, 1_000)]}]),
  'four buckets': policyOf([
    {
      name: 'four',
      buckets: [
        tokenBucketSpec(1_000, S),
        slidingWindowSpec(10_000, 60 * S),
        fixedWindowSpec(100_000, HOUR),
        gcraSpec(1_000, S, 1_000),
      ],
    },
  ]),
  'four limits': policyOf(['a', 'b', 'c', 'd'].map((name) => ({name, buckets: [gcraSpec(1_000, S, 1_000)]}))),
};

const folder = mkdtempSync(join(tmpdir(), 'ratectl-bench-'));
const key = (): string => `203.0.113.${Math.floor(Math.random() * KEYS)}`;
const perSecond = async (work: () => Promise<void> | void): Promise<number> => {
  const start = performance.now();
  await work();
  return (CHECKS * 1_000) / (performance.now() - start);
};
const best = async (work: () => Promise<void> | void): Promise<number> => {
  const figures: number[] = [];
  for (let i = 0; i < ROUNDS; i++) figures.push(await perSecond(work));
  return figures.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
};

const bareUpserts = (size: number): Promise<number> => {
  const handle = SqliteHandle.open(join(folder, `bare-${size}.db`), 'write');
  handle.exec(`${WRITE_PRAGMAS} CREATE TABLE bare (
    limit_name TEXT NOT NULL, key TEXT NOT NULL, tier TEXT NOT NULL,
    shape TEXT NOT NULL, words BLOB NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (limit_name, key, tier)) WITHOUT ROWID`);
  let now = 1_700_000_000_000_000;
  return best(() => {
    for (let done = 0; done < CHECKS; done += size) {
      handle.run('BEGIN IMMEDIATE');
      for (let i = 0; i < size; i++) {
        handle.run(
          `INSERT INTO bare (limit_name, key, tier, shape, words, expires_at) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET shape = excluded.shape, words = excluded.words, expires_at = excluded.expires_at`,
          'one',
          key(),
          '',
          'g',
          bytesOfWords([++now, 0]),
          now,
        );
      }
      handle.run('COMMIT');
    }
  }).finally(() => handle.close());
};

const checks = async (name: keyof typeof POLICIES, size: number): Promise<number> => {
  const store = await openSqliteStore(
    {kind: 'sqlite', path: join(folder, `${name}-${size}.db`)},
    {access: 'write'},
  );
  const router = new RequestRouter(POLICIES[name]);
  const request = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
  return best(async () => {
    for (let done = 0; done < CHECKS; done += size)
      await store.check(Array.from({length: size}, () => router.route({key: key()}, request)));
  }).finally(() => store.close());
};

const show = (figure: number): string => Math.round(figure).toLocaleString('en');

try {
  process.stdout.write(
    `${show(KEYS)} keys, ${show(CHECKS)} checks, median of ${ROUNDS}, checks/s (ratio to bare upserts)\n`,
  );
  for (const size of CALLS) {
    const bare = await bareUpserts(size);
    const figures: string[] = [];
    for (const name of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
      const figure = await checks(name, size);
      figures.push(`${name} ${show(figure)} (${(figure / bare).toFixed(2)})`);
    }
    process.stdout.write(`calls of ${size}: bare upserts ${show(bare)} · ${figures.join(' · ')}\n`);
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}
