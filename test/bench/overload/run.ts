/**
 * A server under three times the load it can bear, with and without a protection, side by side, and what `ratectl simulate` says of
 * the same traffic beforehand: `npm run bundle && node test/bench/overload/run.ts [seconds]`. Nothing is asserted; figures are goodput
 * (answers in time, per second), their 99th percentile, and how far the prediction is from what was measured.
 */
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {load, type Measured} from './load.ts';
import {type Arrival, overload} from './traffic.ts';

const WORKERS = 8;
const MEAN_MS = 40;
const TIMES = 3;
const DEADLINE_MS = 1_000;
const seconds = Number(process.argv[2] ?? 20);
const capacity = (WORKERS * 1_000) / MEAN_MS;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const RATECTL = path('../../../bin/ratectl.js');
const POLICY = path('./ratectl.yaml');

const measure = async (mode: 'open' | 'protected', arrivals: readonly Arrival[]): Promise<Measured> => {
  const server = spawn(process.execPath, [path('./server.ts'), mode, POLICY, String(WORKERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve) => {
    server.stdout.once('data', (bytes: Buffer) => resolve(Number(String(bytes).trim())));
  });
  // A process that has just begun is slower than the one it is for the rest of its life.
  await load(port, overload({perSecond: 400, seconds: 2, meanMs: 5, seed: 2}), DEADLINE_MS);
  const measured = await load(port, arrivals, DEADLINE_MS);
  server.kill('SIGTERM');
  return measured;
};

/** What `simulate` says: good answers of the protected and of the bare server. */
const predict = (arrivals: readonly Arrival[]): Record<'open' | 'protected', number> => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-overload-'));
  const trace = join(folder, 'overload.ndjson');
  const start = 1_760_000_000_000;
  writeFileSync(
    trace,
    arrivals
      .map(({at, takesMs}) => `{"t":${(start + at).toFixed(3)},"key":"all","duration_ms":${takesMs}}\n`)
      .join(''),
  );
  const flags = ['--capacity', String(WORKERS), '--deadline', `${DEADLINE_MS}ms`];
  const json = execFileSync(
    process.execPath,
    [RATECTL, 'simulate', trace, '--policy', POLICY, ...flags, '--json'],
    {encoding: 'utf8'},
  );
  rmSync(folder, {recursive: true});
  const {rehearsal} = JSON.parse(json).data;
  return {open: rehearsal.unprotected.good, protected: rehearsal.protected.good};
};

const arrivals = overload({perSecond: TIMES * capacity, seconds, meanMs: MEAN_MS, seed: 1});
console.log(
  `${WORKERS} workers, ${MEAN_MS} ms each: ${capacity}/s; offered ${Math.round(arrivals.length / seconds)}/s for ${seconds} s; clients give up after ${DEADLINE_MS} ms`,
);
const predicted = predict(arrivals);
for (const mode of ['open', 'protected'] as const) {
  const {good, refused, late, errors, p50, p99} = await measure(mode, arrivals);
  const rate = (count: number): string => (count / seconds).toFixed(1);
  console.log(
    `${mode === 'open' ? 'without ratectl' : 'with ratectl   '}  goodput ${rate(good).padStart(6)}/s  p50 ${p50} ms  p99 ${p99} ms  refused ${rate(refused)}/s  too late ${rate(late)}/s  errors ${errors}  | simulate said ${rate(predicted[mode])}/s, ${(100 * (predicted[mode] / Math.max(1, good) - 1)).toFixed(1)} % off`,
  );
}
