// Runs the commands that people run most once, so that the binary can be shipped with the code that V8 made of them.
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const COMMANDS = [
  ['--help'],
  ['init'],
  ['validate'],
  ['status'],
  ['explain', 'per-ip/203.0.113.7'],
  ['override', 'ls'],
  ['reset', 'per-ip/203.0.113.7', '--dry-run'],
  ['audit'],
  ['report'],
  ['simulate', 'trace.log'],
  ['trace', 'info', 'trace.log'],
];

const LINE = '203.0.113.7 - - [05/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 12';

/** Requests of an application, so that there is something to look at. */
const application = (library) => `
  import {createLimiter} from ${JSON.stringify(library)};
  const limiter = await createLimiter({policy: 'ratectl.yaml', store: 'sqlite:.ratectl/state.db'});
  for (let i = 0; i < 300; i++) await limiter.check({ip: '203.0.113.7'});
  await limiter.close();`;

/**
 * So that two builds give the same bytes. V8 picks a seed for its hash tables when it starts, counts how many collections of
 * garbage a function has lived through, and compiles what runs, which depends on the clock: the seed is fixed, there is
 * memory enough for no collection, and time stands still. None of these flags counts when V8 asks whether compiled code fits
 * those that it runs with.
 */
const SAME_BYTES = [
  '--random-seed=1',
  '--predictable',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
  '--require',
  fileURLToPath(new URL('still-clock.cjs', import.meta.url)),
];

/**
 * Wherever temporary files are, the paths that commands meet have one length: loops over them decide what V8 calls hot. (One
 * with a space or another character that URLs escape still gives other bytes.)
 */
const PATH_LENGTH = 120;

/** Puts `dist/code/` into a staged program. */
export const trainCodeCache = (staged, library) => {
  const outer = mkdtempSync(join(tmpdir(), 'ratectl-train-'));
  const folder = join(outer, 'x'.repeat(Math.max(1, PATH_LENGTH - outer.length)));
  // Nothing of the environment: what is set there would decide what runs. Windows starts no program without its folder.
  const {SystemRoot = ''} = process.env;
  const env = {SystemRoot, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, LOCALAPPDATA: join(folder, 'cache'), LC_ALL: 'C.UTF-8', TMPDIR: folder};
  try {
    cpSync(staged, join(folder, 'program'), {recursive: true});
    writeFileSync(join(folder, 'trace.log'), `${LINE}\n`.repeat(20));
    const run = (args) => {
      const {status, stderr} = spawnSync(process.execPath, [...SAME_BYTES, ...args], {cwd: folder, env, encoding: 'utf8'});
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    };
    for (const args of COMMANDS) {
      run([join(folder, 'program', 'main.cjs'), ...args]);
      if (args[0] === 'init') run(['--input-type=module', '-e', application(library)]);
    }
    const [build] = readdirSync(join(folder, 'cache', 'ratectl'));
    const kept = join(folder, 'cache', 'ratectl', build);
    const code = join(staged, 'dist', 'code');
    mkdirSync(code);
    // Kept twice over, in case a disk loses part of it (src/code-cache.ts); shipped once.
    for (const name of readdirSync(kept).filter((name) => name.endsWith('.v8'))) {
      const twice = readFileSync(join(kept, name));
      writeFileSync(join(code, name), twice.subarray(0, twice.length / 2));
    }
  } finally {
    rmSync(outer, {recursive: true, force: true});
  }
};
