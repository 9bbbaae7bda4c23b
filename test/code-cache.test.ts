import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type CodeCache, openCodeCache} from '../src/code-cache.ts';
import {ratectl} from './e2e/command.ts';

const BUILD = '0123456789ab';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ratectl-cache-'));
  process.env['XDG_CACHE_HOME'] = home;
});
afterEach(() => {
  delete process.env['XDG_CACHE_HOME'];
  delete process.env['NODE_DISABLE_COMPILE_CACHE'];
  rmSync(home, {recursive: true, force: true});
});

const open = (first = 'status'): CodeCache => openCodeCache(BUILD, first, '/nowhere')!;
const folder = (build = BUILD): string =>
  join(home, 'ratectl', `${build}-${process.version}-${process.arch}`);

describe('code that was compiled in an earlier run', () => {
  test('is read back, for the same command and part', () => {
    open().write('cli', Buffer.from('code'));
    expect(open().read('cli')?.toString()).toBe('code');
    expect(open().read('commands-live')).toBeUndefined();
    expect(open('explain').read('cli')).toBeUndefined();
  });

  test('is this user’s alone', () => {
    open().write('cli', Buffer.from('code'));
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder(), 'status-cli.v8')).mode & 0o777).toBe(0o600);
  });

  test.each([0o620, 0o602, 0o666])('is not read when others may write it: %o', (mode) => {
    open().write('cli', Buffer.from('code'));
    chmodSync(join(folder(), 'status-cli.v8'), mode);
    expect(open().read('cli')).toBeUndefined();
  });

  test('whatever the first word is, makes no file outside its folder', () => {
    for (const first of ['../../x', '/etc/passwd', 'x'.repeat(300), '--help', 'Ünï'])
      open(first).write('cli', Buffer.from('code'));
    expect(readdirSync(folder())).toEqual(['ratectl-cli.v8']);
  });

  test('is left out without a word where it cannot be written', () => {
    writeFileSync(join(home, 'ratectl'), 'a file where the folder should be');
    open().write('cli', Buffer.from('code'));
    expect(open().read('cli')).toBeUndefined();
  });

  test('of older builds is removed, but for the two newest', () => {
    for (const [build, seconds] of [
      ['aaaaaaaaaaaa', 1],
      ['bbbbbbbbbbbb', 2],
      ['cccccccccccc', 3],
    ] as const) {
      mkdirSync(folder(build), {recursive: true});
      utimesSync(folder(build), seconds, seconds);
    }
    mkdirSync(join(home, 'ratectl', 'not-ours'));
    open().write('cli', Buffer.from('code'));
    const left = readdirSync(join(home, 'ratectl')).map((name) => name.slice(0, 8));
    expect(left.sort()).toEqual(['01234567', 'bbbbbbbb', 'cccccccc', 'not-ours']);
  });

  test('is neither read nor written with NODE_DISABLE_COMPILE_CACHE', () => {
    process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    expect(openCodeCache(BUILD, 'status', '/nowhere')).toBeUndefined();
  });

  test('is kept by the first run of a command, and gives the same answer in the second', async () => {
    const env = {XDG_CACHE_HOME: home, NODE_DISABLE_COMPILE_CACHE: ''};
    const first = await ratectl(['init', '--list'], {env});
    const [build = ''] = readdirSync(join(home, 'ratectl'));
    expect(readdirSync(join(home, 'ratectl', build)).sort()).toEqual([
      'init-cli.v8',
      'init-commands-replay.v8',
    ]);
    expect(await ratectl(['init', '--list'], {env})).toEqual(first);
    expect(first.code).toBe(0);
  });
});
