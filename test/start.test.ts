import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createLimiter} from '../src/index.ts';
import {BIN, policyOf} from './e2e/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-start-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

beforeAll(async () => {
  writeFileSync(join(folder, 'ratectl.yaml'), policyOf('{name: per-ip, key: "{ip}", rate: 5/s}'));
  writeFileSync(
    join(folder, 'access.log'),
    '203.0.113.7 - - [05/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1\n',
  );
  writeFileSync(
    join(folder, 'list.cjs'),
    `const before = new Set(process.moduleLoadList);
     process.on('exit', () => {
       const loaded = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '));
       require('node:fs').writeFileSync('loaded.json', JSON.stringify(loaded.map((name) => name.slice(13))));
     });`,
  );
  const store = `sqlite:${join(folder, 'state.db')}`;
  const limiter = await createLimiter({policy: join(folder, 'ratectl.yaml'), store});
  await limiter.check({ip: '203.0.113.7'});
  await limiter.close();
});

/** Each takes as long to load as ten lines of a trace take to replay, or longer. */
const SLOW = [
  'crypto',
  'fs/promises',
  'http',
  'net',
  'perf_hooks',
  'stream',
  'tty',
  'worker_threads',
  'zlib',
];

describe('a short command, in a pipe', () => {
  test.each([
    ['--version'],
    ['--help'],
    ['validate'],
    ['status', '--store', 'sqlite:state.db'],
    ['simulate', 'access.log'],
  ])('loads no part of Node that it does not need: %s', (...args) => {
    const {status, stdout} = spawnSync(process.execPath, ['--require', './list.cjs', BIN, ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(4);
    const loaded = JSON.parse(readFileSync(join(folder, 'loaded.json'), 'utf8')) as readonly string[];
    expect(loaded.filter((name) => SLOW.includes(name))).toEqual([]);
  });
});
