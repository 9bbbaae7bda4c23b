import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, rmSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {CONFIG_FIELDS} from '../../src/config/config-fields.ts';
import {parseConfig} from '../../src/config/read-config-file.ts';
import {shownUrl} from '../../src/config/shown-url.ts';
import {ConfigFolder} from './config-folder.ts';

const storeOf = (settings: ReturnType<ConfigFolder['settings']>): string =>
  shownUrl(settings.store.value, 'known');

describe('precedence', () => {
  const filled = (): ConfigFolder =>
    new ConfigFolder()
      .user(
        'context: theirs\ncontexts: {theirs: {store: "redis://user-context"}, other: {store: "redis://other"}}\n',
      )
      .project('store: redis://project\ntimeout: 2s\n');

  test('flag before environment before project file before user file before default', () => {
    const folder = filled();
    const flags = {store: 'redis://flag'};
    const env = {RATECTL_STORE: 'redis://env'};
    expect(folder.settings(flags, env).store.origin).toEqual({kind: 'flag', flag: '--store'});
    expect(folder.settings({}, env).store.origin).toEqual({kind: 'environment', variable: 'RATECTL_STORE'});
    expect(folder.settings().store.origin).toEqual({
      kind: 'file',
      scope: 'project',
      where: {file: '.ratectl/config.yaml', line: 1, column: 1},
    });
    folder.project('timeout: 2s\n');
    expect(storeOf(folder.settings())).toBe('redis://user-context:6379');
    folder.user('timeout: 3s\n');
    const last = folder.settings();
    expect(last.store).toEqual({
      value: {kind: 'sqlite', path: join(folder.cwd, '.ratectl', 'state.db')},
      origin: {kind: 'default'},
    });
    expect(last.timeout).toMatchObject({value: 2_000_000, origin: {scope: 'project'}});
  });

  test('a context by flag comes before a store of the environment', () => {
    const env = {RATECTL_STORE: 'redis://env', RATECTL_TIMEOUT: '4s'};
    const settings = filled().settings({context: 'other'}, env);
    expect(storeOf(settings)).toBe('redis://other:6379');
    expect(settings.timeout).toEqual({
      value: 4_000_000,
      origin: {kind: 'environment', variable: 'RATECTL_TIMEOUT'},
    });
    expect(settings.context).toMatchObject({value: {name: 'other'}, origin: {kind: 'flag'}});
  });

  test('what the context says comes before what files say for all', () => {
    const folder = new ConfigFolder()
      .user('contexts: {a: {store: "redis://a", timeout: 1s, policy: p.yaml, prefix: x}}\n')
      .project('context: a\ntimeout: 2s\npolicy: q.yaml\nreadOnly: true\n');
    const settings = folder.settings();
    expect(settings.timeout.value).toBe(1_000_000);
    expect(settings.policy?.value).toBe(join(dirname(folder.userFile), 'p.yaml'));
    expect(settings.prefix?.value).toBe('x');
    expect(settings.readOnly).toMatchObject({value: true, origin: {scope: 'project'}});
    expect(folder.settings({policy: 'f.yaml'}).policy?.value).toBe(join(folder.cwd, 'f.yaml'));
    expect(folder.settings({}, {RATECTL_POLICY: '/e.yaml', RATECTL_PREFIX: 'y'})).toMatchObject({
      policy: {value: '/e.yaml'},
      prefix: {value: 'y'},
    });
  });

  test('two that mean different stores at the same place are refused', () => {
    const folder = filled();
    expect(folder.failure({store: 'redis://a', context: 'other'}).message).toBe(
      '--store and --context are both given',
    );
    expect(folder.failure({}, {RATECTL_STORE: 'redis://a', RATECTL_CONTEXT: 'other'}).message).toBe(
      'RATECTL_STORE and RATECTL_CONTEXT are both set',
    );
  });

  test('the project file is found upwards, paths in it are relative to it', () => {
    const folder = new ConfigFolder().project('store: sqlite:../s.db\npolicy: ~/p.yaml\n');
    mkdirSync(join(folder.cwd, 'a', 'b'), {recursive: true});
    const below = Object.assign(Object.create(folder), {cwd: join(folder.cwd, 'a', 'b')}) as ConfigFolder;
    expect(storeOf(below.settings())).toBe(`sqlite:${join(folder.cwd, 's.db')}`);
    expect(below.settings().policy?.value).toBe(join(folder.home, 'p.yaml'));
  });

  test('--no-config and RATECTL_NO_CONFIG read nothing, whatever it holds', () => {
    const folder = new ConfigFolder().user('][').project(']');
    expect(folder.settings({config: false}).store.origin).toEqual({kind: 'default'});
    expect(folder.settings({}, {RATECTL_NO_CONFIG: '1'}).store.origin).toEqual({kind: 'default'});
    expect(folder.failure({}, {RATECTL_NO_CONFIG: 'maybe'}).message).toBe(
      'RATECTL_NO_CONFIG is "maybe", expected 1 or 0',
    );
    expect(folder.failure({context: 'a', config: false}).message).toContain('no configuration is read');
  });

  test('XDG_CONFIG_HOME, and JSON', () => {
    const folder = new ConfigFolder();
    const xdg = join(folder.home, 'xdg');
    folder.write(join(xdg, 'ratectl', 'config.json'), '{"store": "redis://json"}');
    const env = {XDG_CONFIG_HOME: xdg};
    expect(storeOf(folder.settings({}, env))).toBe('redis://json:6379');
    folder.write(join(xdg, 'ratectl', 'config.yaml'), '');
    expect(folder.failure({}, env).message).toMatch(
      /^there are two configurations: .*config\.yaml" and .*config\.json"$/,
    );
  });
});

describe('safety', () => {
  test.each([
    ['{}', false],
    ['{production: true}', true],
    ['{production: true, readOnly: false}', false],
    ['{readOnly: true}', true],
  ])('a context with %s: read-only %s', (extra, readOnly) => {
    const folder = new ConfigFolder().user(`contexts: {a: {store: "redis://a", ${extra.slice(1, -1)}}}\n`);
    expect(folder.settings({context: 'a'}).readOnly.value).toBe(readOnly);
    expect(folder.settings({context: 'a'}, {RATECTL_READ_ONLY: '1'}).readOnly.value).toBe(true);
    expect(folder.settings({context: 'a'}, {RATECTL_READ_ONLY: '0'}).readOnly.value).toBe(readOnly);
  });

  test('a password is used only with the store that it is written beside', () => {
    const folder = new ConfigFolder()
      .user('store: redis://mine\npasswordFile: /secret\ncontexts: {a: {store: "redis://a"}}\n')
      .project('timeout: 1s\n');
    expect(folder.settings().password?.value).toEqual({kind: 'file', path: '/secret', within: undefined});
    expect(folder.settings({context: 'a'}).password).toBeUndefined();
    expect(folder.settings({store: 'redis://b'}).password).toBeUndefined();
    folder.project('store: redis://evil\n');
    expect(folder.settings().password).toBeUndefined();
    // The variable was set for ratectl, whatever the store.
    expect(folder.settings({}, {RATECTL_PASSWORD: 'x'}).password?.value).toEqual({
      kind: 'variable',
      name: 'RATECTL_PASSWORD',
    });
  });

  test('which password: standard input, the URL that was typed, the environment, the file', () => {
    const folder = new ConfigFolder().user('contexts: {a: {store: "redis://u:pw@a"}}\n');
    const env = {RATECTL_PASSWORD: 'x'};
    expect(folder.settings({context: 'a', passwordStdin: true}, env).password?.value.kind).toBe('stdin');
    expect(folder.settings({context: 'a'}, env).password?.value.kind).toBe('variable');
    expect(folder.settings({context: 'a'}).password?.value.kind).toBe('url');
    expect(folder.settings({store: 'redis://:pw@b'}, env).password?.value.kind).toBe('url');
    folder.user('contexts: {a: {store: "redis://u:pw@a", passwordEnv: X}}\n');
    expect(folder.failure({context: 'a'}).message).toContain('two passwords');
  });

  test('a password on the command line, or in a file that others can read, is worth a warning', () => {
    const folder = new ConfigFolder().user('contexts: {a: {store: "redis://u:hunter2@a"}}\n');
    expect(folder.settings({context: 'a'}).warnings).toEqual([]);
    chmodSync(folder.userFile, 0o644);
    expect(folder.settings({context: 'a'}).warnings).toEqual([
      '~/.config/ratectl/config.yaml holds a password and can be read by other users: chmod 600 it, or use a passwordFile',
    ]);
    expect(folder.settings({store: 'redis://:hunter2@b'}).warnings).toEqual([
      expect.stringContaining('list of processes'),
    ]);
    expect(folder.settings({}, {RATECTL_STORE: 'redis://:hunter2@b'}).warnings).toEqual([]);
  });

  test('a project file runs no program, and names no secret outside of the project', () => {
    const folder = new ConfigFolder();
    folder.project('contexts:\n  a: {store: "redis://a", passwordCommand: [sh, -c, touch /tmp/x]}\n');
    expect(folder.failure().message).toBe(
      '.ratectl/config.yaml:2:44: contexts.a.passwordCommand: a project file cannot run a program (put the context into your own file: ratectl config path shows where it is)',
    );
    folder.project('contexts:\n  a: {store: "redis://a", passwordEnv: AWS_SECRET_ACCESS_KEY}\n');
    expect(folder.failure().message).toContain('only variables that begin with "RATECTL_"');
    folder.project('contexts:\n  a: {store: "redis://a", passwordEnv: RATECTL_REDIS}\n');
    expect(folder.settings({context: 'a'}).password?.value).toEqual({
      kind: 'variable',
      name: 'RATECTL_REDIS',
    });
  });

  test("a project's context that hides one of the user's is worth a warning", () => {
    const folder = new ConfigFolder()
      .user('contexts: {a: {store: "redis://a"}}\n')
      .project('contexts: {a: {store: "redis://b"}}\n');
    expect(storeOf(folder.settings({context: 'a'}))).toBe('redis://b:6379');
    expect(folder.settings().warnings).toEqual([
      'context "a" of .ratectl/config.yaml hides the one of ~/.config/ratectl/config.yaml',
    ]);
  });

  test('what may be a password in the place of the user is not shown', () => {
    const {store} = new ConfigFolder().settings({store: 'redis://hunter2@a'});
    expect(shownUrl(store.value, 'none')).toBe('redis://***@a:6379');
  });
});

describe('bad files', () => {
  test.each([
    ['contexts: [', '1:12: a "[" is not closed with "]", or what is inside is not indented'],
    [
      'contexts: [a]',
      '1:11: contexts: expected contexts by name, such as { prod: { store: redis://cache } }, got a list',
    ],
    ['[]', '1:1: expected a mapping with "contexts", "store" or the like, got an empty list'],
    [
      'contexts: {a: redis://a}',
      '1:15: contexts.a: expected a mapping such as { store: redis://cache }, got a text that is not shown here',
    ],
    ['redis://u:hunter2@a', '1:1: expected a mapping with'],
    [
      'context: redis://u:hunter2@a',
      'context: expected the name of a context, got a text that is not shown here',
    ],
    ['contexts: redis://u:hunter2@a', 'contexts: expected contexts by name'],
    [
      'contexts: {a: {store: redis://u:hun,hunter2@h}}',
      'contexts.a: unknown field a text that is not shown here',
    ],
    ['contexts: {a: {stor: x}}', '1:16: contexts.a: unknown field "stor" (did you mean "store"?)'],
    ['contexts: {a: {url: x}}', 'unknown field "url" (did you mean "store"?)'],
    [
      'contexts: {a: {context: x}}',
      'unknown field "context" (it stands at the top of the file, not in a context)',
    ],
    ['production: true', 'unknown field "production" (it is a field of a context)'],
    [
      'contexts: {a: {password: hunter2}}',
      'a password is not written into this file: use passwordFile, passwordCommand or passwordEnv',
    ],
    ['contexts: {"../x": {}}', 'contexts: expected a name of at most 64 letters'],
    [`contexts: {${'x'.repeat(1000)}: {}}`, 'contexts: expected a name of at most 64 letters'],
    ['contexts: {"a\\e[31m": {}}', 'got "a\\u001b[31m"'],
    [
      'timeout: 5',
      '1:10: timeout: expected a duration such as "5s", from 1ms to 1h, got 5 (did you mean "5s"?)',
    ],
    ['timeout: 2d', 'timeout: expected a duration such as "5s", from 1ms to 1h, got "2d"'],
    ['readOnly: "yes"', 'readOnly: expected true or false, got "yes" (did you mean true?)'],
    ['store: 5', 'store: expected a URL such as "redis://cache:6379", got a number (put it in quotes)'],
    ['store: ""', 'store: expected a URL such as "redis://cache:6379", got an empty text'],
    ['policy: [a]', 'policy: expected a path, got a list'],
    [
      'passwordCommand: pass show x',
      'expected a program and its arguments, such as [pass, show, redis], got "pass show x" (write a list',
    ],
    [
      'passwordCommand: []',
      'expected a program and its arguments, such as [pass, show, redis], got an empty list',
    ],
    [
      'passwordEnv: hunter2!',
      'expected the name of an environment variable, such as "REDIS_PASSWORD" (the password itself is not written into this file)',
    ],
    ['{passwordEnv: A, passwordFile: b}', 'expected one password, got passwordFile and passwordEnv'],
    ['a: &a [*a]', 'refers to what it is part of'],
    ['a: !x y', 'tags such as "!name" have no meaning here (remove the tag)'],
    ['a: 1\n---\nb: 2', 'a second document begins here, and it is one document'],
    ['contexts: {a: {}, a: {}}', '"a" is given twice'],
    ['context: 7.0\ncontexts: {}', 'there is no context "7.0"'],
    [
      'context: prd\ncontexts: {prod: {}}',
      'there is no context "prd" (did you mean "prod"?) (~/.config/ratectl/config.yaml:1:1)',
    ],
    ['context: a\ncontexts: {a: {timeout: 1s}}', 'context "a" has no store'],
    [
      'context: a\ncontexts: {a: }',
      'contexts.a: expected a mapping such as { store: redis://cache }, got nothing',
    ],
  ])('%.60s', (text, message) => {
    const error = new ConfigFolder().user(text).failure();
    expect(error.message).toContain(message);
    expect(error.exit).toBe(2);
    expect(error.message).not.toMatch(/hunter2|\u001b/);
    expect(error.message.length).toBeLessThan(400);
  });

  test('a URL that cannot be parsed is named by its place, and stops its own context only', () => {
    const folder = new ConfigFolder().user(
      'contexts:\n  a: {store: "redis://u:hun/ter2@x"}\n  b: {store: "redis://b"}\n',
    );
    expect(folder.failure({context: 'a'})).toMatchObject({
      message: 'the store URL redis://… holds a "/", "?", "#" or "@" where none can be',
      where: {file: '~/.config/ratectl/config.yaml', line: 2, column: 7},
    });
    expect(storeOf(folder.settings({context: 'b'}))).toBe('redis://b:6379');
  });

  test('all problems of a file at once', () => {
    const {message} = new ConfigFolder().user('timeout: x\nstor: y\n').failure();
    expect(message.split('\n')).toEqual([
      'the configuration has 2 problems',
      expect.stringContaining('config.yaml:1:10: timeout:'),
      expect.stringContaining('config.yaml:2:1: unknown field "stor"'),
    ]);
  });

  test('empty files say nothing', () => {
    const folder = new ConfigFolder().user('# nothing yet\n').project('contexts:\n');
    expect(folder.settings().store.origin).toEqual({kind: 'default'});
  });

  test('a named pipe, which nobody writes into, is refused and not waited for', () => {
    const folder = new ConfigFolder();
    folder.project('');
    rmSync(folder.projectFile);
    execFileSync('mkfifo', [folder.projectFile]);
    expect(() => folder.settings()).toThrow('it is a named pipe');
  });

  test('folders, files that are too large or no text, and links that go round', () => {
    const folder = new ConfigFolder();
    mkdirSync(folder.userFile, {recursive: true});
    expect(folder.failure().message).toMatch(/^cannot read the configuration ".*": it is a folder$/);
    const other = new ConfigFolder();
    other.write(other.userFile, 'x'.repeat(1_048_577));
    expect(other.failure().message).toContain('it is larger than 1024 KiB');
    other.write(other.userFile, new Uint8Array([0xff, 0xfe, 0x41]));
    expect(other.failure().message).toContain('it is not UTF-8 text');
    const round = new ConfigFolder();
    mkdirSync(dirname(round.userFile), {recursive: true});
    symlinkSync(round.userFile, round.userFile);
    expect(round.settings().store.origin).toEqual({kind: 'default'});
  });

  test.each([
    ['--timeout', {timeout: '5'}, {}, '--timeout: expected a duration from 1ms to 1h, such as "5s", got "5"'],
    [
      'RATECTL_TIMEOUT',
      {},
      {RATECTL_TIMEOUT: '\u001b[2J'},
      'RATECTL_TIMEOUT: expected a duration from 1ms to 1h',
    ],
    ['RATECTL_CONTEXT', {}, {RATECTL_CONTEXT: 'x'.repeat(1_000_000)}, 'there is no context "xxx'],
    ['RATECTL_STORE', {}, {RATECTL_STORE: 'redis://:hun?ter2@h'}, 'RATECTL_STORE redis://… holds'],
    [
      'RATECTL_READ_ONLY',
      {},
      {RATECTL_READ_ONLY: 'on call'},
      'RATECTL_READ_ONLY is "on call", expected 1 or 0',
    ],
  ])('%s', (_, flags, env, message) => {
    const error = new ConfigFolder().failure(flags, env);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\u001b');
    expect(error.message.length).toBeLessThan(300);
  });
});

test('any text is settings or a RatectlError that shows no password', {timeout: 120_000}, () => {
  const folder = new ConfigFolder();
  const place = {
    scope: 'user',
    path: folder.userFile,
    shown: 'config.yaml',
    project: folder.cwd,
    home: folder.home,
  } as const;
  const secret = fc
    .string({maxLength: 6, unit: fc.constantFrom(...'@:/?#[]{}%&=,\'"*!| \n')})
    .map((text) => `redis://u:${text}hunter2@h`);
  const scalar = fc.oneof(
    secret,
    fc.string({maxLength: 5}).filter((text) => !text.includes('hunter')),
    fc.nat(),
    fc.constant(null),
  );
  const names = [...CONFIG_FIELDS.map(({name}) => name), 'stor', 'x'];
  const value = fc.letrec((tie) => ({
    any: fc.oneof({depthSize: 'small'}, scalar, fc.array(tie('any'), {maxLength: 3}), tie('map')),
    map: fc.dictionary(fc.constantFrom(...names), tie('any'), {maxKeys: 4}),
  })).any;
  const text = fc.oneof(
    value.map((one) => JSON.stringify(one, null, 1)),
    // Without quotes, as people write it: the password may end the text, or begin another one.
    fc.tuple(fc.constantFrom(...names), secret).map(([name, one]) => `contexts:\n  a: {${name}: ${one}}\n`),
    fc.tuple(fc.constantFrom(...names), secret).map(([name, one]) => `${name}: ${one}\n`),
    fc.string({unit: 'binary'}),
  );
  fc.assert(
    fc.property(text, (one) => {
      try {
        parseConfig(one, place, false);
      } catch (error) {
        if (!isRatectlError(error)) throw error;
        expect(error.message).not.toContain('hunter2');
      }
    }),
    {numRuns: 2000, seed: 4},
  );
});
