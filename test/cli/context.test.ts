import {chmodSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ConfigFolder} from '../config/config-folder.ts';
import {type Answer, contextIn, ratectl} from './config-cli.ts';

const run = (folder: ConfigFolder, ...argv: readonly string[]): Promise<Answer> =>
  ratectl(contextIn(folder.cwd, {HOME: folder.home}), 'context', ...argv);

const text = (folder: ConfigFolder): string => readFileSync(folder.userFile, 'utf8');

describe('context add', () => {
  test('begins the file of the user, which nobody else can read', async () => {
    const folder = new ConfigFolder();
    const {exit, out, err} = await run(
      folder,
      'add',
      'prod',
      '--store',
      'rediss://ops@cache',
      '--password-file',
      'pw',
      '--policy',
      'p.yaml',
      '--production',
      '--timeout',
      '2s',
    );
    expect({exit, out, err}).toEqual({
      exit: 0,
      out: 'added context "prod" rediss://ops@cache:6379 (production, read-only) to ~/.config/ratectl/config.yaml\n',
      err: 'next:\n  ratectl context use prod\n',
    });
    expect(text(folder)).toBe(`contexts:
  prod:
    store: rediss://ops@cache
    policy: ${folder.cwd}/p.yaml
    timeout: 2s
    production: true
    passwordFile: ${folder.cwd}/pw
`);
    expect(statSync(folder.userFile).mode & 0o777).toBe(0o600);
    expect(folder.settings({context: 'prod'})).toMatchObject({
      readOnly: {value: true},
      timeout: {value: 2_000_000},
    });
  });

  test('keeps comments, order and permissions', async () => {
    const folder = new ConfigFolder().user(`# mine
timeout: 3s   # slow link

contexts:
  # the small one
  dev: {store: "redis://dev"} # flow
`);
    chmodSync(folder.userFile, 0o640);
    expect((await run(folder, 'add', 'stg', '-s', 'sqlite:s.db', '--read-only', '--use')).exit).toBe(0);
    expect(text(folder)).toBe(`# mine
timeout: 3s # slow link

contexts:
  # the small one
  dev: { store: "redis://dev" } # flow
  stg:
    store: sqlite:${folder.cwd}/s.db
    readOnly: true
context: stg
`);
    expect(statSync(folder.userFile).mode & 0o777).toBe(0o640);
  });

  test('changes a JSON file as JSON', async () => {
    const folder = new ConfigFolder();
    const path = folder.write(join(folder.home, '.config', 'ratectl', 'config.json'), '{"timeout":"1s"}');
    expect((await run(folder, 'add', 'a', '-s', 'postgres://db/app', '--use')).exit).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      timeout: '1s',
      contexts: {a: {store: 'postgres://db/app'}},
      context: 'a',
    });
  });

  test('leaves a context of that name as it is, unless --force', async () => {
    const folder = new ConfigFolder().user('contexts: {a: {store: "redis://a", prefix: x}}\n');
    expect(await run(folder, 'add', 'a', '-s', 'redis://b')).toMatchObject({
      exit: 4,
      err: expect.stringContaining(
        'there is a context "a" in ~/.config/ratectl/config.yaml, and it was left as it is',
      ),
    });
    expect((await run(folder, 'add', 'a', '-s', 'redis://b', '--force')).exit).toBe(0);
    expect(folder.settings({context: 'a'})).toMatchObject({
      store: {value: {hosts: [{host: 'b'}]}},
      prefix: undefined,
    });
  });

  test('writes no password down', async () => {
    const folder = new ConfigFolder();
    const {exit, out, err} = await run(folder, 'add', 'a', '-s', 'redis://u:hunter2@h');
    expect({exit, out}).toEqual({exit: 2, out: ''});
    expect(err).toContain('came with a password, which is not written down');
    expect(err).toContain('--password-file');
    expect(err).not.toContain('hunter2');
    expect(() => text(folder)).toThrow();
  });

  test.each([
    [['a\u001b[31m', '-s', 'redis://h'], 2, 'got "a\\u001b[31m"'],
    [['x'.repeat(1_000_000), '-s', 'redis://h'], 2, 'expected a name of at most 64 letters'],
    [['a', '-s', 'redsi://h'], 2, 'did you mean "redis"?'],
    [['a', '-s', 'redis://h', '--timeout', '5'], 2, 'did you mean "5s"?'],
    [['a', '-s', 'redis://u@h'], 2, 'redis://***@h:6379 has a user and no password'],
    [
      ['a', '-s', 'redis://u@h', '--password-env', 'hunter2!'],
      2,
      'expected the name of an environment variable',
    ],
    [
      ['a', '-s', 'redis://u@h', '--password-env', 'A', '--password-file', 'b'],
      2,
      'more than one password is given',
    ],
    [['a', '-s', 'sqlite:x', '--password-env', 'A'], 2, 'takes no password'],
    [['a', '-s', 'rediss://h?ca=ca.pem'], 2, 'the path of the parameter "ca" is relative to this folder'],
    [['a', '-s', 'redis://h', '--prefix', ''], 2, 'prefix: expected a text such as "rl", got an empty text'],
  ])('refuses %.40s', async (argv, exit, message) => {
    const folder = new ConfigFolder();
    const answer = await run(folder, 'add', ...argv);
    expect(answer.exit).toBe(exit);
    expect(answer.err).toContain(message);
    expect(answer.err).not.toMatch(/hunter2|\u001b/);
    expect(() => text(folder)).toThrow();
  });

  test('leaves a file alone that it does not understand', async () => {
    const folder = new ConfigFolder().user('contexts: {a: {stor: x}}\n');
    expect(await run(folder, 'add', 'b', '-s', 'redis://h')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('unknown field "stor"'),
    });
    folder.user(
      'x: &x {a: {store: "redis://a"}}\ncontexts: *x\n'.replace('x: &x', 'contexts: &x').split('\n')[0]!,
    );
    expect(text(folder)).toContain('&x');
    expect((await run(folder, 'add', 'b', '-s', 'redis://h')).exit).toBe(0);
    folder.user('contexts:\n  a: &a {store: "redis://a"}\n  b: *a\n');
    expect((await run(folder, 'rm', 'a')).err).toContain(
      'cannot change ~/.config/ratectl/config.yaml without harm',
    );
    expect(text(folder)).toBe('contexts:\n  a: &a {store: "redis://a"}\n  b: *a\n');
  });

  test('a folder that cannot be made is named', async () => {
    const folder = new ConfigFolder();
    writeFileSync(join(folder.home, '.config'), '');
    expect(await run(folder, 'add', 'a', '-s', 'redis://h')).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/a part of the path is not a folder/),
    });
  });
});

describe('context use and rm', () => {
  const filled = (): ConfigFolder =>
    new ConfigFolder().user(
      'contexts:\n  prod: {store: "redis://prod"}\n  # second\n  dev: {store: "redis://dev"}\n',
    );

  test('use chooses, --none takes it back', async () => {
    const folder = filled();
    expect(await run(folder, 'use', 'dev')).toEqual({
      exit: 0,
      out: 'context "dev" is used from now on\n',
      err: '',
    });
    expect(folder.settings().context?.value.name).toBe('dev');
    expect(await run(folder, 'use', '--none')).toMatchObject({
      exit: 0,
      out: 'no context is used by default\n',
    });
    expect(folder.settings().context).toBeUndefined();
    expect(JSON.parse((await run(folder, 'use', 'prod', '--json')).out)).toMatchObject({
      schema: 'ratectl.context-use/1',
      context: 'prod',
      data: {current: 'prod', file: folder.userFile},
    });
  });

  test('use says what comes before the choice', async () => {
    const folder = filled().project('store: redis://project\n');
    const context = contextIn(folder.cwd, {HOME: folder.home, RATECTL_STORE: 'redis://env'});
    const {err} = await ratectl(context, 'context', 'use', 'dev');
    expect(err).toBe(
      'note: RATECTL_STORE is set, and comes before this choice\nnote: .ratectl/config.yaml says its own store, which comes before this choice\n',
    );
  });

  test.each([
    [['use', 'prd'], 'there is no context "prd" (did you mean "prod"?)'],
    [['use'], 'no context is named'],
    [['use', 'prod', '--none'], '--none and a name are both given'],
    [['use', 'theirs'], 'context "theirs" is known in this project only'],
    [['rm', 'theirs'], 'context "theirs" belongs to the project'],
    [['rm', 'de'], 'there is no context "de" (did you mean "dev"?)'],
    [['rm', '\u001b]0;x\u0007'], 'there is no context "\\u001b]0;x\\u0007"'],
  ])('%s is refused with exit 2', async (argv, message) => {
    const folder = filled().project('contexts: {theirs: {store: "redis://theirs"}}\n');
    const before = text(folder);
    const {exit, err} = await run(folder, ...argv);
    expect(exit).toBe(2);
    expect(err).toContain(message);
    expect(text(folder)).toBe(before);
  });

  test('rm takes the choice away, too', async () => {
    const folder = filled();
    await run(folder, 'use', 'prod');
    expect(await run(folder, 'rm', 'prod')).toEqual({
      exit: 0,
      out: 'removed context "prod" from ~/.config/ratectl/config.yaml\n',
      err: 'note: it was the one in use: from now on the default store is used\n',
    });
    expect(folder.settings().context).toBeUndefined();
    expect((await run(folder, 'rm', 'dev')).exit).toBe(0);
    expect((await run(folder, 'ls')).out).toBe('');
  });

  test('without configuration there is nothing to change', async () => {
    const folder = filled();
    const context = contextIn(folder.cwd, {HOME: folder.home, RATECTL_NO_CONFIG: '1'});
    expect((await ratectl(context, 'context', 'rm', 'dev')).err).toContain('RATECTL_NO_CONFIG is set');
  });
});

describe('context ls', () => {
  const folder = (): ConfigFolder =>
    new ConfigFolder()
      .user(`context: stg
contexts:
  stg: {store: "postgres://me@db/app?schema=rl", passwordFile: /pw, timeout: 2s}
  broken: {store: "redis://u:hun/ter2@x"}
  odd: {store: "redis://hunter2@x"}
`)
      .project('contexts: {prod: {store: "rediss://u:hunter2@cache", production: true}}\n');

  test('marks the one in use and shows no secret', async () => {
    const {exit, out, err} = await run(folder(), 'ls');
    expect({exit, err}).toEqual({exit: 0, err: ''});
    expect(out).not.toContain('hunter2');
    expect(out).toContain('the store URL redis://… holds a "/"');
    expect(out).toMatch(/^ {2}\* {2}stg {5}postgres:.*read-write/m);
    expect(out).toMatch(/^ {5}prod .*production, read-only/m);
    expect(out).toMatch(/^ {5}odd +redis:\/\/\*\*\*@x:6379/m);
  });

  test.each([60, 80, 120])('fits into %i columns', async (columns) => {
    const {cwd, home} = folder();
    const {out} = await ratectl(contextIn(cwd, {HOME: home}, {columns}), 'context', 'ls');
    expect(out.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });

  test('in JSON', async () => {
    const one = folder();
    const answer = JSON.parse((await run(one, 'ls', '--json')).out);
    expect(answer).toMatchObject({schema: 'ratectl.context-ls/1', context: 'stg', data: {current: 'stg'}});
    expect(answer.data.contexts.map(({name}: {name: string}) => name)).toEqual([
      'broken',
      'odd',
      'prod',
      'stg',
    ]);
    expect(answer.data.contexts[3]).toEqual({
      name: 'stg',
      current: true,
      store: expect.stringMatching(/^postgres:\/\/me@db:5432\/app\?schema=rl$/),
      policy: null,
      prefix: null,
      timeoutMs: 2000,
      readOnly: false,
      production: false,
      password: 'file',
      problem: null,
      scope: 'user',
      file: one.userFile,
      line: 3,
    });
    expect(answer.data.contexts[0]).toMatchObject({
      store: null,
      problem: expect.stringContaining('holds a "/"'),
    });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });

  test('none are no failure, nor is a choice that is gone', async () => {
    expect(await run(new ConfigFolder(), 'ls')).toEqual({
      exit: 0,
      out: '',
      err: 'note: there are no contexts; add one with: ratectl context add NAME --store URL\n',
    });
    const gone = new ConfigFolder().user('context: prd\ncontexts: {prod: {store: "redis://p"}}\n');
    expect(await run(gone, 'ls')).toMatchObject({
      exit: 0,
      err: expect.stringContaining('(did you mean "prod"?)'),
    });
  });
});
