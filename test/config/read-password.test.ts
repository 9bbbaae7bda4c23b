import {chmodSync, mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {describe, expect, test} from 'vitest';
import type {PasswordSource} from '../../src/config/config-model.ts';
import {type PasswordSurroundings, readPassword} from '../../src/config/read-password.ts';
import {storeAccess} from '../../src/config/store-access.ts';
import {ConfigFolder} from './config-folder.ts';

const read = async (
  source: Exclude<PasswordSource, {kind: 'url'}>,
  surroundings: Partial<PasswordSurroundings> = {},
): Promise<string> =>
  (await readPassword(source, {env: {PATH: process.env['PATH']}, stdin: Readable.from([]), ...surroundings}))
    .password;

const node = (script: string): PasswordSource & {kind: 'command'} => ({
  kind: 'command',
  argv: [process.execPath, '-e', script],
  folder: process.cwd(),
});

describe('a password file', () => {
  test('gives its first line', async () => {
    const folder = new ConfigFolder();
    for (const text of ['pw', 'pw\n', 'pw\r\nmore\n', '\ufeffpw\n']) {
      const path = folder.write(join(folder.home, 'pw'), text);
      expect(await read({kind: 'file', path, within: undefined})).toBe('pw');
    }
    const path = folder.write(join(folder.home, 'pw'), ' p@:/?#[]% ü\n');
    expect(await read({kind: 'file', path, within: undefined})).toBe(' p@:/?#[]% ü');
  });

  test('that others can read is worth a warning', async () => {
    const folder = new ConfigFolder();
    const path = folder.write(join(folder.home, 'pw'), 'hunter2\n');
    chmodSync(path, 0o640);
    const {warnings} = await readPassword(
      {kind: 'file', path, within: undefined},
      {env: {}, stdin: Readable.from([])},
    );
    expect(warnings).toEqual([`the password file ${path} can be read by other users: chmod 600 it`]);
  });

  test('that is not there, empty, a folder or far too long is named', async () => {
    const folder = new ConfigFolder();
    const at = (path: string): Promise<string> => read({kind: 'file', path, within: undefined});
    await expect(at(join(folder.home, 'none'))).rejects.toThrow(/^there is no password file ".*none"$/);
    await expect(at(folder.write(join(folder.home, 'empty'), '\nhunter2'))).rejects.toThrow(
      /gives no password: its first line is empty$/,
    );
    await expect(at(folder.cwd)).rejects.toThrow(/^cannot read the password file ".*work": it is a folder$/);
    await expect(at(folder.write(join(folder.home, 'long'), 'x'.repeat(70_000)))).rejects.toThrow(
      'larger than 64 KiB',
    );
  });

  test('of a project is in the project, also behind links', async () => {
    const folder = new ConfigFolder();
    const outside = folder.write(join(folder.home, 'id_rsa'), 'hunter2\n');
    const inside = folder.write(join(folder.cwd, '.ratectl', 'pw'), 'pw\n');
    const link = join(folder.cwd, 'link');
    symlinkSync(outside, link);
    mkdirSync(`${folder.cwd}-other`);
    const beside = folder.write(join(`${folder.cwd}-other`, 'pw'), 'hunter2\n');
    expect(await read({kind: 'file', path: inside, within: folder.cwd})).toBe('pw');
    for (const path of [outside, link, beside, join(folder.cwd, '..', 'id_rsa')])
      await expect(read({kind: 'file', path, within: folder.cwd})).rejects.toThrow(
        'is outside of the project',
      );
  });
});

describe('a password command', () => {
  test('is run without a shell, and gives its first line', async () => {
    expect(await read(node('console.log("p$w\\nmore")'))).toBe('p$w');
    const source = node('console.log(process.argv[1])');
    expect(await read({...source, argv: [...source.argv, '$(echo x); `y`']})).toBe('$(echo x); `y`');
  });

  test('that fails shows what it said on stderr, and nothing of its output', async () => {
    const said = read(node('console.log("hunter2"); console.error("no key\\u001b[31m"); process.exit(3)'));
    await expect(said).rejects.toThrow(/^the passwordCommand ".*" ended with 3: no key\\u001b\[31m$/);
    await expect(read(node('process.kill(process.pid, "SIGTERM")'))).rejects.toThrow('was ended by SIGTERM');
    await expect(read(node(''))).rejects.toThrow('gives no password: its first line is empty');
  });

  test('that does not exist is named, with a hint that there is no shell', async () => {
    await expect(read({kind: 'command', argv: ['pass show x'], folder: '/'})).rejects.toThrow(
      expect.objectContaining({
        message: 'cannot run the passwordCommand "pass show x": there is no such program',
        hint: expect.stringContaining('without a shell'),
      }),
    );
  });

  test('is ended when it takes too long, or the command is interrupted', async () => {
    const forever = node('setInterval(() => {}, 1000)');
    await expect(read(forever, {commandTimeout: 50_000})).rejects.toThrow('took longer than 50ms');
    const controller = new AbortController();
    const interrupted = read(forever, {signal: controller.signal});
    controller.abort();
    await expect(interrupted).rejects.toThrow('was interrupted');
  });
});

test('a variable and standard input', async () => {
  expect(await read({kind: 'variable', name: 'PW'}, {env: {PW: 'x y'}})).toBe('x y');
  await expect(read({kind: 'variable', name: 'PW'}, {env: {PW: ''}})).rejects.toThrow(
    'the password is expected in PW, which is not set',
  );
  const stdin = Readable.from([
    Buffer.from('p\u00fc').subarray(0, 2),
    Buffer.from('p\u00fc').subarray(2),
    'w\nmore',
  ]);
  expect(await read({kind: 'stdin'}, {stdin})).toBe('p\u00fcw');
  await expect(read({kind: 'stdin'})).rejects.toThrow('standard input gives no password');
  await expect(
    read({kind: 'stdin'}, {stdin: Object.assign(Readable.from([]), {isTTY: true})}),
  ).rejects.toThrow('standard input is a terminal, which would show the password');
});

describe('the store with its password', () => {
  const surroundings: PasswordSurroundings = {env: {RATECTL_PASSWORD: 'p@:/?#[]%'}, stdin: Readable.from([])};

  test('gets it from where the settings say', async () => {
    const settings = new ConfigFolder().settings({store: 'redis://ops@cache'}, surroundings.env);
    expect(await storeAccess(settings, surroundings)).toMatchObject({
      target: {username: 'ops', password: 'p@:/?#[]%'},
      warnings: [],
    });
  });

  test('a Redis user without any password is refused, and not shown', async () => {
    const settings = new ConfigFolder().settings({store: 'redis://hunter2@cache'});
    await expect(storeAccess(settings, surroundings)).rejects.toThrow(
      expect.objectContaining({
        message: 'the store URL redis://***@cache:6379 has a user and no password',
        hint: expect.stringContaining('redis://:PASSWORD@HOST'),
      }),
    );
  });

  test('a store without a server takes none', async () => {
    const folder = new ConfigFolder();
    await expect(storeAccess(folder.settings({passwordStdin: true}), surroundings)).rejects.toThrow(
      'takes no password',
    );
    const settings = folder.settings({}, surroundings.env);
    expect(await storeAccess(settings, surroundings)).toMatchObject({target: {kind: 'sqlite'}});
  });
});
