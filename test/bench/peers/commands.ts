/** The parts that run whole commands: replays, start-up, listing. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import {gcraSpec, policyOf} from '../../support/policies.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {keyNames} from './contender.ts';
import type {Measured, Part} from './measured.ts';
import {RATECTL, ROOT, timed} from './whole-process.ts';

const REQUESTS = 10_000_000;
const LISTED = 1_000_000;

/** One and a half hours of traffic of 300,000 clients, Zipf(1). Kept for the next time: it takes a minute to make. */
const traceFile = (format: 'combined' | 'ndjson'): string => {
  const path = `.bench/${format}-${REQUESTS}.${format === 'combined' ? 'log' : 'ndjson'}`;
  mkdirSync(join(ROOT, '.bench'), {recursive: true});
  if (existsSync(join(ROOT, path))) return path;
  const shape = ['--requests', String(REQUESTS), '--rate', '2000/s', '--keys', '300000', '--zipf', '1'];
  const profile = format === 'ndjson' ? ['--profile', 'api'] : [];
  const args = ['trace', 'generate', '--format', format, ...shape, '--seed', '7', ...profile];
  execFileSync(process.execPath, [RATECTL, ...args, '--out', path, '--quiet'], {cwd: ROOT});
  return path;
};

export const replayPart: Part = async (plan) => {
  const policy = join(plan.folder, 'ten-per-second.yaml');
  writeFileSync(
    policy,
    'version: 1\nlimits:\n  - {name: per-key, key: "{key}", algorithm: fixed-window, limit: 10, window: 1s, align: first-hit}\n',
  );
  const measured: Measured[] = [];
  for (const format of ['combined', 'ndjson'] as const) {
    const path = traceFile(format);
    const word = format === 'combined' ? 'Safari' : 'key';
    const readline = new URL('../readline-replay.ts', import.meta.url).pathname;
    const simulate = [process.execPath, RATECTL, 'simulate', path, '--policy', policy, '--json', '--quiet'];
    measured.push(
      ...timed(
        plan,
        {
          id: `replay ${format}`,
          title: `Replay of 10,000,000 requests, ${format === 'combined' ? 'access log' : 'JSON lines'}`,
          unit: 's',
        },
        [
          {name: 'ratectl simulate', argv: simulate, peak: true},
          {name: `grep -c ${word}`, argv: ['grep', '-c', word, path]},
          {name: 'wc -l', argv: ['wc', '-l', path]},
          {
            name: 'readline + rate-limiter-flexible',
            argv: [process.execPath, readline, path, format],
            peak: true,
            once: true,
          },
        ],
      ),
    );
  }
  return measured;
};

export const startPart: Part = async (plan) => {
  const policy = join(plan.folder, 'ratectl.yaml');
  const trace = join(plan.folder, 'small.ndjson');
  const store = `sqlite:${join(plan.folder, 'start.db')}`;
  writeFileSync(policy, 'version: 1\nlimits:\n  - {name: per-key, key: "{key}", rate: 10/s}\n');
  writeFileSync(trace, '{"ts":1700000000000,"key":"a"}\n'.repeat(100));
  const router = new RequestRouter(policyOf([{name: 'per-key', buckets: [gcraSpec(10, 1_000_000)]}]));
  const opened = await openStore(parseStoreUrl(store), {access: 'write'});
  await opened.check([router.route({key: 'a'}, {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY})]);
  await opened.close();
  const ratectl = (...args: string[]): string[] => [process.execPath, RATECTL, ...args];
  return timed({...plan, rounds: 3 * plan.rounds}, {id: 'start', title: 'Start-up', unit: 'ms'}, [
    {name: 'ratectl --version', argv: ratectl('--version')},
    {name: 'ratectl --help', argv: ratectl('--help')},
    {name: 'ratectl status (SQLite)', argv: ratectl('status', '--store', store, '--policy', policy)},
    {name: 'ratectl simulate (100 lines)', argv: ratectl('simulate', trace, '--policy', policy)},
    {name: 'node -e 0', argv: [process.execPath, '-e', '0']},
  ]);
};

export const listingPart: Part = async (plan) => {
  const server = await startRedis();
  const policy = join(plan.folder, 'listing.yaml');
  writeFileSync(
    policy,
    'version: 1\nlimits:\n  - {name: bench, key: "{key}", algorithm: gcra, rate: 10/1d}\n',
  );
  const router = new RequestRouter(policyOf([{name: 'bench', buckets: [gcraSpec(10, 86_400_000_000)]}]));
  const store = await openStore(parseStoreUrl(server.url), {access: 'write'});
  const names = keyNames(LISTED);
  const hold = Number.POSITIVE_INFINITY;
  plan.say('writing 1,000,000 keys');
  for (let from = 0; from < LISTED; from += 1_000)
    await store.check(
      names.slice(from, from + 1_000).map((key) => router.route({key}, {cost: 1, now: 0, hold})),
    );
  await store.close();
  const client = new Redis(server.url);
  const [, [name]] = (await client.scan('0', 'MATCH', '*203.*', 'COUNT', 1_000)) as [string, [string]];
  const bytes = Number(await client.memory('USAGE', name));
  await client.quit();
  const status = [process.execPath, RATECTL, 'status', '--store', server.url, '--policy', policy];
  const measured = timed(plan, {id: 'listing', title: 'Listing 1,000,000 keys of Redis', unit: 's'}, [
    {name: 'ratectl status --all', argv: [...status, '--all'], peak: true},
    {name: 'ratectl status', argv: status, peak: true},
    {name: 'redis-cli --scan', argv: ['redis-cli', '-p', String(server.port), '--scan']},
  ]);
  await server.stop();
  return [
    ...measured,
    {
      id: 'key memory',
      title: 'Memory of a key in Redis (MEMORY USAGE)',
      unit: 'bytes',
      rows: [{name: `ratectl, gcra, a name of ${name.length} bytes`, values: [bytes]}],
    },
  ];
};
