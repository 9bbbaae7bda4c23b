import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ConfigFolder} from '../config/config-folder.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {contextIn, ratectl} from './config-cli.ts';

const FILE = `contexts:
  prod:
    store: rediss://ops@cache
    passwordCommand: [pass, show, hunter2]
    production: true
`;

describe('config explain', () => {
  test('shows every setting and where it comes from', async () => {
    const folder = new ConfigFolder().user(FILE).project('timeout: 2s\n');
    const env = {HOME: folder.home, RATECTL_CONTEXT: 'prod'};
    const {exit, out, err} = await ratectl(
      contextIn(folder.cwd, env, {columns: 120}),
      'config',
      'explain',
      '--policy',
      'p.yaml',
    );
    expect({exit, err}).toEqual({exit: 0, err: ''});
    expect(out.replaceAll(/ +$/gm, '').split('\n')).toEqual(
      [
        '  setting     value                          from',
        '  context     prod                           RATECTL_CONTEXT',
        '  store       rediss://ops@cache:6379        ~/.config/ratectl/config.yaml:3:5',
        '  policy      p.yaml                         --policy',
        '  prefix      as in the URL                  default',
        '  timeout     2s                             .ratectl/config.yaml:1:1',
        '  readOnly    yes                            default of a production context',
        '  production  yes                            ~/.config/ratectl/config.yaml:5:5',
        '  password    printed by pass                ~/.config/ratectl/config.yaml:4:5',
        '',
      ].map((line) =>
        expect.stringMatching(
          new RegExp(
            `^${line
              .trimEnd()
              .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
              .replaceAll(/ {2,}/g, ' +')}$`,
          ),
        ),
      ),
    );
  });

  test('in JSON, with whole paths', async () => {
    const folder = new ConfigFolder().user(FILE);
    const context = contextIn(folder.cwd, {HOME: folder.home});
    const {out} = await ratectl(context, 'config', 'explain', '-c', 'prod', '--json');
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      schema: 'ratectl.config-explain/1',
      context: 'prod',
      data: {files: {project: null, user: folder.userFile}},
      warnings: [],
    });
    const named = Object.fromEntries(
      answer.data.settings.map(({name, ...rest}: {name: string}) => [name, rest]),
    );
    expect(named).toMatchObject({
      context: {value: 'prod', from: {kind: 'flag', flag: '--context'}},
      store: {
        value: 'rediss://ops@cache:6379',
        from: {kind: 'file', scope: 'user', file: folder.userFile, line: 3},
      },
      timeoutMs: {value: 5000, from: {kind: 'default'}},
      password: {value: 'command', from: {line: 4}},
      policy: {value: null},
    });
    expect(out).not.toContain('hunter2');
  });

  test('a password is never shown, wherever it stands', async () => {
    const folder = new ConfigFolder();
    for (const [env, argv] of [
      [{RATECTL_STORE: 'redis://u:hunter2@h'}, []],
      [{RATECTL_PASSWORD: 'hunter2'}, ['--store', 'redis://h']],
      [{}, ['--store', 'postgres://u:hunter2@h/d']],
      [{}, ['--store', 'redis://hunter2@h']],
    ] as const) {
      const context = contextIn(folder.cwd, {HOME: folder.home, ...env}, {columns: 200});
      const {exit, out, err} = await ratectl(context, 'config', 'explain', ...argv);
      expect(exit).toBe(0);
      expect(out + err).not.toContain('hunter2');
    }
  });

  test.each([60, 80])('fits into %i columns', async (columns) => {
    const folder = new ConfigFolder().user(FILE);
    const context = contextIn(folder.cwd, {HOME: folder.home}, {columns});
    const {out} = await ratectl(context, 'config', 'explain', '-c', 'prod');
    expect(out.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('config path', () => {
  test('shows where the files are, or would be, also when they are wrong', async () => {
    const folder = new ConfigFolder().user('][');
    const context = contextIn(folder.cwd, {HOME: folder.home});
    const {exit, out} = await ratectl(context, 'config', 'path', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out).data.files).toEqual([
      {name: 'project', path: folder.projectFile, exists: false},
      {name: 'user', path: folder.userFile, exists: true},
      {name: 'state', path: join(folder.cwd, '.ratectl', 'state.db'), exists: false},
    ]);
  });

  test('--user is the path alone', async () => {
    const folder = new ConfigFolder();
    const context = contextIn(folder.cwd, {HOME: folder.home});
    expect(await ratectl(context, 'config', 'path', '--user')).toEqual({
      exit: 0,
      out: `${folder.userFile}\n`,
      err: '',
    });
  });
});

describe('config schema', () => {
  const accepts = async (value: unknown): Promise<boolean> => {
    const folder = new ConfigFolder();
    const {out} = await ratectl(contextIn(folder.cwd, {HOME: folder.home}), 'config', 'schema');
    return schemaErrors(JSON.parse(out), value).length === 0;
  };

  test.each([
    [{}, true],
    [{context: 'a', contexts: {a: {store: 'redis://a', production: true, timeout: '2s'}}}, true],
    [{contexts: {a: {store: 'redis://a', passwordCommand: ['pass', 'show']}}}, true],
    [{production: true}, false],
    [{contexts: {'a b': {}}}, false],
    [{contexts: {a: {password: 'x'}}}, false],
    [{timeout: 5}, false],
    [{passwordEnv: 'a b'}, false],
    [{passwordCommand: 'pass show'}, false],
  ])('%j: %s, as the reader says', async (value, right) => {
    expect(await accepts(value)).toBe(right);
    const folder = new ConfigFolder();
    folder.write(join(folder.home, '.config', 'ratectl', 'config.json'), JSON.stringify(value));
    const {exit} = await ratectl(contextIn(folder.cwd, {HOME: folder.home}), 'config', 'explain');
    expect(exit).toBe(right ? 0 : 2);
  });
});
