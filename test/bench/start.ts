/**
 * How long commands take to start, as ratios to `node -e 0` in the same run: each pair one after the other, the median of
 * the ratios. `--goals` ends with 5 when one is missed. `npm run bench:start`; RATECTL_BINARY names a single binary to
 * measure too.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createLimiter} from '../../src/index.ts';
import {BIN, policyOf} from '../e2e/command.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 41);

interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  /** Times `node -e 0`. */
  readonly goal: number;
}

const SUBJECTS: readonly Subject[] = [
  {name: '--version', args: ['--version'], goal: 1.3},
  {name: '--help', args: ['--help'], goal: 1.3},
  {name: 'status (SQLite)', args: ['status', '--store', 'sqlite:state.db'], goal: 2},
  {name: 'simulate (100 lines)', args: ['simulate', 'access.log'], goal: 2},
];

const folder = mkdtempSync(join(tmpdir(), 'ratectl-start-'));

const prepare = async (): Promise<void> => {
  writeFileSync(join(folder, 'ratectl.yaml'), policyOf('{name: per-ip, key: "{ip}", rate: 5/s, burst: 20}'));
  const lines = Array.from(
    {length: 100},
    (_, i) =>
      `203.0.113.${i % 9} - - [05/Jan/2026:12:00:${String(Math.floor(i / 10)).padStart(2, '0')} +0000] "GET / HTTP/1.1" 200 12\n`,
  );
  writeFileSync(join(folder, 'access.log'), lines.join(''));
  const limiter = await createLimiter({
    policy: join(folder, 'ratectl.yaml'),
    store: `sqlite:${join(folder, 'state.db')}`,
  });
  for (let i = 0; i < 300; i++) await limiter.check({ip: `203.0.113.${i % 9}`});
  await limiter.close();
};

/** Milliseconds from start to end of a process, as a shell would wait for it. */
const timed = (program: string, args: readonly string[]): number => {
  const began = performance.now();
  const {status} = spawnSync(program, args, {
    cwd: folder,
    stdio: 'ignore',
    env: {...process.env, XDG_CACHE_HOME: folder, RATECTL_STORE: '', RATECTL_CONTEXT: ''},
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return performance.now() - began;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const measure = (program: string, before: readonly string[], {name, args, goal}: Subject): boolean => {
  // The first run compiles, and keeps what it compiled.
  const first = timed(program, [...before, ...args]);
  const times: number[] = [];
  const ratios: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const empty = timed(process.execPath, ['-e', '0']);
    const time = timed(program, [...before, ...args]);
    times.push(time);
    ratios.push(time / empty);
  }
  const ratio = median(ratios);
  const spread = `${ratios.toSorted((a, b) => a - b)[ROUNDS >> 2]!.toFixed(2)} … ${ratios.toSorted((a, b) => a - b)[(3 * ROUNDS) >> 2]!.toFixed(2)}`;
  console.log(
    `${name.padEnd(22)} ${ratio.toFixed(2)} × (half of them ${spread}; goal ${goal}), ${median(times).toFixed(0)} ms; first run ${first.toFixed(0)} ms`,
  );
  return ratio <= goal;
};

try {
  await prepare();
  console.log(`node ${process.version}, ${ROUNDS} pairs each; node -e 0 is 1 ×`);
  const met = SUBJECTS.map((subject) => measure(process.execPath, [BIN], subject));
  const binary = process.env['RATECTL_BINARY'];
  if (binary !== undefined) {
    console.log(`\n${binary}`);
    for (const subject of SUBJECTS) measure(binary, [], subject);
  }
  if (process.argv.includes('--goals') && met.includes(false)) process.exitCode = 5;
} finally {
  rmSync(folder, {recursive: true, force: true});
}
