// Runs the commands that people run most once, so that the binary can be shipped with the code that V8 made of them.
import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

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

/** Puts `dist/code/` into a staged program. */
export const trainCodeCache = (staged, library) => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-train-'));
  const {RATECTL_STORE: _, RATECTL_CONTEXT: __, NODE_DISABLE_COMPILE_CACHE: ___, ...clean} = process.env;
  const env = {...clean, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder};
  try {
    writeFileSync(join(folder, 'trace.log'), `${LINE}\n`.repeat(20));
    const run = (args) => {
      const {status, stderr} = spawnSync(process.execPath, args, {cwd: folder, env, encoding: 'utf8'});
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    };
    for (const args of COMMANDS) {
      run([join(staged, 'main.cjs'), ...args]);
      if (args[0] === 'init') run(['--input-type=module', '-e', application(library)]);
    }
    const [build] = readdirSync(join(folder, 'cache', 'ratectl'));
    cpSync(join(folder, 'cache', 'ratectl', build), join(staged, 'dist', 'code'), {recursive: true});
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
};
