import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {isRatectlError, type RatectlError} from '../../src/base/ratectl-error.ts';
import type {StoreFlags} from '../../src/cli/options/store.ts';
import {type Target, withTarget} from '../../src/cli/with-target.ts';
import {openStore} from '../../src/store/open-store.ts';
import {ConfigFolder} from '../config/config-folder.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {contextIn} from './config-cli.ts';

const policyOf = (name: string): string => `version: 1\nlimits:\n  - {name: ${name}, rate: 1/s}\n`;

interface Run {
  readonly flags?: Partial<StoreFlags>;
  readonly env?: Readonly<Record<string, string>>;
  readonly access?: 'read' | 'write';
  readonly stdin?: string;
}

const seen = async (
  folder: ConfigFolder,
  {flags, env, access = 'read', stdin = ''}: Run = {},
): Promise<Omit<Target, 'store'> & {readonly err: string}> => {
  const context = contextIn(folder.cwd, {HOME: folder.home, ...env}, {stdin});
  const {store, ...target} = await withTarget({config: true, ...flags}, context, access, async (opened) => {
    await opened.store.get('x', 'y');
    return opened;
  });
  expect(context.cleanups.size).toBe(0);
  await expect(store.get('x', 'y'), 'the store is closed').rejects.toThrow();
  return {...target, err: context.written.err};
};

const refused = async (folder: ConfigFolder, run: Run = {}): Promise<RatectlError & {said: string}> => {
  const context = contextIn(folder.cwd, {HOME: folder.home, ...run.env}, {stdin: run.stdin ?? ''});
  try {
    await withTarget({config: true, ...run.flags}, context, run.access ?? 'read', async () => undefined);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    expect(context.cleanups.size).toBe(0);
    return Object.assign(error, {said: context.written.err});
  }
  throw new Error('it was not refused');
};

/** A folder whose default store is there, with a policy published in it or not. */
const withState = async (published?: unknown): Promise<ConfigFolder> => {
  const folder = new ConfigFolder();
  mkdirSync(join(folder.cwd, '.ratectl'));
  const store = await openStore(
    {kind: 'sqlite', path: join(folder.cwd, '.ratectl', 'state.db')},
    {access: 'write'},
  );
  if (published !== undefined) await store.put('policy', 'current', published);
  await store.close();
  return folder;
};

describe('the store', () => {
  test('a file that cannot be looked for is not called missing', async () => {
    const folder = new ConfigFolder();
    symlinkSync('loop.db', join(folder.cwd, 'loop.db'));
    const error = await refused(folder, {flags: {store: 'sqlite:loop.db'}});
    expect(error.code).not.toBe('store/no-state');
    expect(error.message).toContain('loop.db');
  });

  test('without any setting it is .ratectl/state.db', async () => {
    const folder = await withState();
    expect(await seen(folder)).toEqual({
      contextName: null,
      redactedUrl: `sqlite:${join(folder.cwd, '.ratectl', 'state.db')}`,
      readOnly: false,
      production: false,
      policy: undefined,
      policyFrom: undefined,
      warnings: [],
      err: '',
    });
  });

  test('that is not there yet is no state, and looking makes none', async () => {
    const folder = new ConfigFolder();
    expect(await refused(folder)).toMatchObject({
      exit: 2,
      message: `there is no state yet: "${join(folder.cwd, '.ratectl', 'state.db')}" does not exist`,
      hint: expect.stringContaining('createLimiter'),
    });
    expect(await refused(folder, {flags: {store: 'sqlite:x.db'}})).toMatchObject({
      hint: expect.stringContaining('the store of --store'),
    });
    expect(existsSync(join(folder.cwd, '.ratectl'))).toBe(false);
    expect(existsSync(join(folder.cwd, 'x.db'))).toBe(false);
  });

  test('is closed when the command fails, with the error of the command', async () => {
    const folder = await withState();
    const context = contextIn(folder.cwd, {HOME: folder.home});
    const failed = withTarget({config: true}, context, 'read', async () => {
      throw new Error('mine');
    });
    await expect(failed).rejects.toThrow('mine');
    expect(context.cleanups.size).toBe(0);
  });
});

describe('the policy', () => {
  const names = async (
    folder: ConfigFolder,
    run: Run = {},
  ): Promise<readonly [string | undefined, string | undefined]> => {
    const {policy, policyFrom} = await seen(folder, run);
    return [policy?.policy.limits[0]?.name, policyFrom];
  };

  test('flag, environment, context, published, ratectl.yaml', async () => {
    const folder = await withState({source: policyOf('published'), file: 'ratectl.yaml'});
    const at = (name: string): string => folder.write(join(folder.cwd, `${name}.yaml`), policyOf(name));
    for (const name of ['flag', 'env', 'context', 'ratectl']) at(name);
    folder.user(
      `contexts: {a: {store: "sqlite:${join(folder.cwd, '.ratectl/state.db')}", policy: "${folder.cwd}/context.yaml"}}\n`,
    );
    const env = {RATECTL_POLICY: 'env.yaml'};
    expect(await names(folder, {flags: {policy: 'flag.yaml', context: 'a'}, env})).toEqual([
      'flag',
      'flag.yaml',
    ]);
    expect(await names(folder, {flags: {context: 'a'}, env})).toEqual(['env', 'env.yaml (RATECTL_POLICY)']);
    expect(await names(folder, {flags: {context: 'a'}})).toEqual([
      'context',
      expect.stringMatching(/^context\.yaml \(~\/\.config\/ratectl\/config\.yaml:1:\d+\)$/),
    ]);
    expect(await names(folder)).toEqual(['published', 'published by the applications']);
    const unpublished = await withState();
    mkdirSync(join(unpublished.cwd, 'a'));
    writeFileSync(join(unpublished.cwd, 'ratectl.yaml'), policyOf('ratectl'));
    expect(await names(unpublished)).toEqual(['ratectl', 'ratectl.yaml']);
    const below = Object.assign(Object.create(unpublished), {
      cwd: join(unpublished.cwd, 'a'),
    }) as ConfigFolder;
    expect(await names(below)).toEqual(['ratectl', join(unpublished.cwd, 'ratectl.yaml')]);
  });

  test('several problems of a published one are one line: how many, and the first', async () => {
    const folder = await withState({source: 'version: 2\nlimit: x', file: 'p.yaml'});
    const [warning] = (await seen(folder)).warnings;
    expect(warning).toMatch(/the policy has \d problems, the first: p\.yaml:\d+:\d+: /);
    expect(warning).not.toContain('\n');
  });

  test('a named pipe in its place is none', async () => {
    const folder = await withState();
    execFileSync('mkfifo', [join(folder.cwd, 'ratectl.yaml')]);
    expect(await names(folder)).toEqual([undefined, undefined]);
  });

  test.each([
    [{source: 'version: 2', file: 'p.yaml'}, 'p.yaml'],
    [{source: 5}, 'it is no text with the name of a file'],
    ['\u001b[31m', 'it is no text with the name of a file'],
  ])('a published one that cannot be read is worth a warning: %j', async (published, message) => {
    const folder = await withState(published);
    const {policy, warnings} = await seen(folder);
    expect(policy).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(message)]);
    expect(warnings[0]).toMatch(/^the policy that was published in the store cannot be used: /);
    expect(warnings[0]).not.toContain('\u001b');
  });

  test('that is named and wrong stops the command before the store is asked', async () => {
    const folder = new ConfigFolder();
    folder.write(join(folder.cwd, 'bad.yaml'), 'version: 1\n');
    const flags = {policy: 'bad.yaml', store: 'redis://127.0.0.1:1'};
    expect(await refused(folder, {flags})).toMatchObject({
      exit: 2,
      message: expect.stringContaining('bad.yaml:1:1'),
    });
    expect((await refused(folder, {flags: {...flags, policy: 'none.yaml'}})).message).toContain(
      'no such file',
    );
  });
});

describe('safety', () => {
  test('read-only contexts refuse to write with exit 4, and are read', async () => {
    const folder = await withState();
    folder.user(`contexts:
  ro: {store: "sqlite:${folder.cwd}/.ratectl/state.db", readOnly: true}
  prod: {store: "sqlite:${folder.cwd}/.ratectl/state.db", production: true}
`);
    expect(await refused(folder, {flags: {context: 'ro'}, access: 'write'})).toMatchObject({
      exit: 4,
      message: expect.stringMatching(
        /^context "ro" is read-only \(~\/\.config\/ratectl\/config\.yaml:2:\d+\)$/,
      ),
    });
    expect(await refused(folder, {flags: {context: 'prod'}, access: 'write'})).toMatchObject({
      exit: 4,
      message: 'context "prod" is read-only (default of a production context)',
      hint: expect.stringContaining('readOnly: false into the context (~/.config/ratectl/config.yaml:3:3)'),
    });
    expect(await refused(folder, {env: {RATECTL_READ_ONLY: '1'}, access: 'write'})).toMatchObject({exit: 4});
    expect(await seen(folder, {flags: {context: 'prod'}})).toMatchObject({
      contextName: 'prod',
      readOnly: true,
      production: true,
      err: '',
    });
  });

  test('production says so before changes', async () => {
    const folder = await withState();
    const url = `sqlite:${folder.cwd}/.ratectl/state.db`;
    folder.user(`contexts: {prod: {store: "${url}", production: true, readOnly: false}}\n`);
    expect(await seen(folder, {flags: {context: 'prod'}, access: 'write'})).toMatchObject({
      readOnly: false,
      err: `production: context "prod" ${url}\n`,
    });
  });
});

describe('a Redis that wants a password', () => {
  const PASSWORD = 'p@:/?#[]%';
  let redis: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    redis = await startRedis({args: ['--requirepass', PASSWORD]});
  }, 60_000);
  afterAll(() => redis.stop());

  test('gets it from the URL, the environment, standard input, a file, a command and a variable', async () => {
    const folder = new ConfigFolder();
    const host = `127.0.0.1:${redis.port}`;
    const file = folder.write(join(folder.home, 'pw'), `${PASSWORD}\n`);
    folder.user(`contexts:
  file: {store: "redis://${host}", passwordFile: ~/pw}
  command: {store: "redis://${host}", passwordCommand: [cat, "${file}"]}
  variable: {store: "redis://${host}", passwordEnv: THE_PASSWORD}
`);
    const plain = {store: `redis://${host}`};
    const runs: readonly Run[] = [
      {flags: {store: `redis://:${encodeURIComponent(PASSWORD)}@${host}`}},
      {flags: plain, env: {RATECTL_PASSWORD: PASSWORD}},
      {flags: {...plain, passwordStdin: true}, stdin: `${PASSWORD}\n`},
      {flags: {context: 'file'}},
      {flags: {context: 'command'}, env: {PATH: process.env['PATH'] ?? ''}},
      {flags: {context: 'variable'}, env: {THE_PASSWORD: PASSWORD}},
    ];
    for (const run of runs) {
      const {redactedUrl, warnings} = await seen(folder, run);
      expect(redactedUrl).toBe(`redis://:***@${host}`);
      expect(JSON.stringify(warnings)).not.toContain(PASSWORD);
    }
    chmodSync(file, 0o644);
    const {warnings} = await seen(folder, {flags: {context: 'file'}});
    expect(warnings).toEqual([expect.stringContaining('can be read by other users')]);
  });

  test('a wrong one is exit 3, and is not shown', async () => {
    const run: Run = {flags: {store: `redis://127.0.0.1:${redis.port}`}, env: {RATECTL_PASSWORD: 'hunter2'}};
    const error = await refused(new ConfigFolder(), run);
    expect(error).toMatchObject({exit: 3, code: 'store/denied'});
    expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
  });
});
