/**
 * Replays 10 million requests and reports ratios against peers measured in the same run on the same machine: `wc -l` and
 * `grep -c` over the same file, and a readline replay through rate-limiter-flexible. Both limiters must deny the same.
 *
 *   npm run bench:replay                       10 million, three runs of each; about five minutes and 2.3 GB in .bench/
 *   npm run bench:replay -- 1000000 1          fewer requests, one run
 *   npm run bench:replay -- 10000000 3 --no-readline
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [requests = 10_000_000, runs = 3] = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const withReadline = !process.argv.includes('--no-readline');

interface Outcome {
  readonly seconds: number;
  readonly denied?: number;
  readonly maxRssBytes?: number;
}

const ratectl = (...args: string[]): string =>
  execFileSync(process.execPath, [`${root}bin/ratectl.js`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });

const traceFile = (format: 'combined' | 'ndjson'): string => {
  const path = `.bench/${format}-${requests}.${format === 'combined' ? 'log' : 'ndjson'}`;
  if (!existsSync(`${root}${path}`)) {
    process.stderr.write(`generating ${path}\n`);
    // One and a half hours of traffic of 300,000 clients, Zipf(1).
    const extra = format === 'ndjson' ? ['--profile', 'api'] : [];
    ratectl(
      'trace',
      'generate',
      '--format',
      format,
      '--requests',
      String(requests),
      '--rate',
      '2000/s',
      '--keys',
      '300000',
      '--zipf',
      '1',
      '--seed',
      '7',
      ...extra,
      '--out',
      path,
      '--quiet',
    );
  }
  return path;
};

const POLICY = '.bench/ten-per-second.yaml';
const writePolicy = (): void =>
  writeFileSync(
    `${root}${POLICY}`,
    'version: 1\nlimits:\n  - {name: per-key, key: "{key}", algorithm: fixed-window, limit: 10, window: 1s, align: first-hit}\n',
  );

const wallClock = (run: () => Omit<Outcome, 'seconds'>): Outcome => {
  const started = process.hrtime.bigint();
  const rest = run();
  return {...rest, seconds: Number(process.hrtime.bigint() - started) / 1e9};
};

const shell = (command: string, ...args: string[]): Outcome =>
  wallClock(() => {
    spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {...process.env, LC_ALL: 'C'},
    });
    return {};
  });

const replay = (path: string): Outcome =>
  wallClock(() => {
    const {data} = JSON.parse(ratectl('simulate', path, '--policy', POLICY, '--json', '--quiet')) as {
      data: {totals: {denied: number}; performance: {maxRssBytes: number}};
    };
    return {denied: data.totals.denied, maxRssBytes: data.performance.maxRssBytes};
  });

const readline = (path: string, format: string): Outcome =>
  JSON.parse(
    execFileSync(process.execPath, [`${root}test/bench/readline-replay.ts`, path, format], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as Outcome;

const median = (outcomes: readonly Outcome[]): Outcome =>
  [...outcomes].sort((a, b) => a.seconds - b.seconds)[Math.floor(outcomes.length / 2)]!;
const repeat = (run: () => Outcome, times: number): Outcome => median(Array.from({length: times}, run));

const bench = (format: 'combined' | 'ndjson'): void => {
  const path = traceFile(format);
  shell('cat', path); // into the page cache
  const rows: [string, Outcome][] = [
    ['ratectl simulate', repeat(() => replay(path), runs)],
    ['wc -l', repeat(() => shell('wc', '-l', path), runs)],
    ['grep -c', repeat(() => shell('grep', '-c', format === 'combined' ? 'Safari' : 'key', path), runs)],
  ];
  if (withReadline) rows.push(['readline + rate-limiter-flexible', readline(path, format)]);
  const own = rows[0]![1];
  process.stdout.write(
    `\n${format}, ${requests} requests, ${availableParallelism()} cores, median of ${runs}\n`,
  );
  for (const [name, {seconds, maxRssBytes, denied}] of rows) {
    const ratio = seconds === own.seconds ? '' : `${(seconds / own.seconds).toFixed(2)} x ratectl`;
    const memory = maxRssBytes === undefined ? '' : `${Math.round(maxRssBytes / 2 ** 20)} MiB`;
    process.stdout.write(
      `  ${name.padEnd(34)}${seconds.toFixed(2).padStart(8)} s  ${ratio.padEnd(18)}${memory.padStart(9)}${denied === undefined ? '' : `  denied ${denied}`}\n`,
    );
  }
  const other = rows[3]?.[1].denied;
  if (other !== undefined && other !== own.denied) {
    process.stderr.write(`the two limiters disagree: ${own.denied} and ${other} denied\n`);
    process.exitCode = 1;
  }
};

mkdirSync(`${root}.bench`, {recursive: true});
writePolicy();
bench('combined');
bench('ndjson');
