/**
 * Wall time of `ratectl report` over 30 days of 1,000,000 requests each, told to the store every minute, as a process of its own:
 * `npm run bundle && node test/bench/report.ts [days] [requests per day]`. The median of five runs after one that warms up. Nothing
 * is asserted.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {fillBuckets, fillWithTraffic, TRAFFIC_POLICY} from '../support/month-of-traffic.ts';
import {startPostgres} from '../support/servers/postgres-server.ts';
import {startRedis} from '../support/servers/redis-server.ts';

const RATECTL = fileURLToPath(new URL('../../bin/ratectl.js', import.meta.url));
const RUNS = 5;
const KEYS = 10_000;
const days = Number(process.argv[2] ?? 30);
const requestsPerDay = Number(process.argv[3] ?? 1_000_000);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const folder = mkdtempSync(join(tmpdir(), 'ratectl-bench-'));
writeFileSync(join(folder, 'ratectl.yaml'), TRAFFIC_POLICY);

const measure = async (name: string, url: string): Promise<void> => {
  const clock = {now: Date.now() * 1_000};
  const until = clock.now;
  const store = await openStore(parseStoreUrl(url), {access: 'write', clock: () => clock.now});
  const started = performance.now();
  await fillWithTraffic(store, clock, {until, days, requestsPerDay, step: 1});
  clock.now = until;
  await fillBuckets(store, until, KEYS);
  await store.close();
  const filled = (performance.now() - started) / 1_000;
  const asks = [
    ['html', '--since', `${days}d`, '--out', join(folder, 'report.html')],
    ['json', '--since', `${days}d`, '--json', '--out', join(folder, 'report.json')],
    ['all keys', '--since', `${days}d`, '--all', '--out', join(folder, 'all.html')],
    ['7d compared', '--since', '7d', '--compare', '--out', join(folder, 'week.html')],
  ] as const;
  process.stdout.write(`${name}: filled in ${filled.toFixed(0)} s\n`);
  for (const [what, ...flags] of asks) {
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const begun = performance.now();
      execFileSync(
        process.execPath,
        [RATECTL, 'report', '--no-config', '--store', url, '--policy', 'ratectl.yaml', '--quiet', ...flags],
        {
          cwd: folder,
        },
      );
      if (run > 0) times.push(performance.now() - begun);
    }
    const size = statSync(flags.at(-1)!).size;
    process.stdout.write(
      `  ${what.padEnd(12)} ${(median(times) / 1_000).toFixed(2)} s (at most ${(Math.max(...times) / 1_000).toFixed(2)} s), ${Math.round(size / 1_000)} kB\n`,
    );
  }
};

try {
  const redis = await startRedis();
  await measure('redis', redis.url).finally(() => redis.stop());
  const postgres = await startPostgres();
  await measure('postgres', postgres.url).finally(() => postgres.stop());
} finally {
  rmSync(folder, {recursive: true, force: true});
}
