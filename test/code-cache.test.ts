import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type CodeCache, openCodeCache} from '../src/code-cache.ts';
import {type Ended, ratectl} from './e2e/command.ts';

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

  test.runIf(process.getuid?.() === 0)('is not read when it belongs to somebody else', () => {
    open().write('cli', Buffer.from('code'));
    chownSync(join(folder(), 'status-cli.v8'), 12_345, 12_345);
    expect(open().read('cli')).toBeUndefined();
  });

  // What it leads to may be this user's: a file that was downloaded, say.
  test('is not read through a link, to a file or to a folder', () => {
    open().write('cli', Buffer.from('code'));
    const file = join(folder(), 'status-cli.v8');
    renameSync(file, join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), file);
    expect(open().read('cli')).toBeUndefined();
    open().write('cli', Buffer.from('code'));
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(open().read('cli')?.toString()).toBe('code');
    for (const path of [folder(), join(home, 'ratectl')]) {
      renameSync(path, `${path}-aside`);
      symlinkSync(`${path}-aside`, path);
      expect(open().read('cli')).toBeUndefined();
      open().write('cli', Buffer.from('other'));
      expect(open().folder).toBeUndefined();
      rmSync(path);
      renameSync(`${path}-aside`, path);
      expect(open().read('cli')?.toString()).toBe('code');
    }
  });

  test.each([0o770, 0o707, 0o777])('is not read where others may write its folder: %o', (mode) => {
    open().write('cli', Buffer.from('code'));
    for (const path of [folder(), join(home, 'ratectl'), home]) {
      chmodSync(path, mode);
      expect(open().read('cli')).toBeUndefined();
      open().write('cli', Buffer.from('other'));
      expect(open().folder).toBeUndefined();
      chmodSync(path, 0o700);
      expect(open().read('cli')?.toString()).toBe('code');
    }
  });

  test('is read below a folder in which everybody may make files, and remove only their own', () => {
    chmodSync(home, 0o1777);
    open().write('cli', Buffer.from('code'));
    expect(open().read('cli')?.toString()).toBe('code');
  });

  test.runIf(process.getuid?.() === 0)(
    'is neither read nor written in the home of another user (sudo)',
    () => {
      chownSync(home, 12_345, 12_345);
      open().write('cli', Buffer.from('code'));
      expect(open().read('cli')).toBeUndefined();
    },
  );

  test('is not read when a byte of it is damaged, or the end is missing', () => {
    open().write('cli', Buffer.from('code that was compiled'));
    const file = join(folder(), 'status-cli.v8');
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(file, damaged);
      expect(open().read('cli')).toBeUndefined();
      writeFileSync(file, whole.subarray(0, at));
      expect(open().read('cli')).toBeUndefined();
    }
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
      'init-commands-replay.v8',
      'init-program.v8',
    ]);
    expect(await ratectl(['init', '--list'], {env})).toEqual(first);
    expect(first.code).toBe(0);
  });

  test('changes no answer: damaged in any place, of other flags of V8, written by several at once', async () => {
    const env = {XDG_CACHE_HOME: home, NODE_DISABLE_COMPILE_CACHE: ''};
    const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
      ratectl(['init', '--list'], {env: {...env, ...more}});
    const wanted = await run({NODE_DISABLE_COMPILE_CACHE: '1'});
    expect(readdirSync(home)).toEqual([]);
    const first = await Promise.all([run(), run(), run(), run()]);
    for (const ended of first) expect(ended).toEqual(wanted);
    const [build = ''] = readdirSync(join(home, 'ratectl'));
    const kept = join(home, 'ratectl', build);
    expect(readdirSync(kept).sort()).toEqual(['init-commands-replay.v8', 'init-program.v8']);
    for (const name of readdirSync(kept)) {
      const whole = readFileSync(join(kept, name));
      for (const share of [0, 0.1, 0.3, 0.49, 0.7, 0.9]) {
        const damaged = Buffer.from(whole);
        damaged.fill(0xa5, Math.floor(share * whole.length), Math.floor(share * whole.length) + 64);
        writeFileSync(join(kept, name), damaged);
        expect(await run()).toEqual(wanted);
      }
    }
    expect(await run({NODE_OPTIONS: '--interpreted-frames-native-stack'})).toEqual(wanted);
    expect(await run()).toEqual(wanted);
    chmodSync(kept, 0o500);
    rmSync(join(kept, 'init-program.v8'), {force: true});
    expect(await run()).toEqual(wanted);
    chmodSync(kept, 0o700);
  }, 60_000);

  test('is kept nowhere else: not in the folder of temporary files, where others may write', async () => {
    const env = {XDG_CACHE_HOME: join(home, 'cache'), TMPDIR: home, NODE_DISABLE_COMPILE_CACHE: ''};
    mkdirSync(join(home, 'cache'), {mode: 0o700});
    expect((await ratectl(['init', '--list'], {env})).code).toBe(0);
    expect(readdirSync(home)).toEqual(['cache']);
  });
});
