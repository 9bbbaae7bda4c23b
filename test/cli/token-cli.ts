import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, onTestFinished} from 'vitest';
import {systemClock} from '../../src/base/clock.ts';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {runProgram} from '../../src/cli/program.ts';
import {openStore} from '../../src/store/open-store.ts';
import type {Store} from '../../src/store/port.ts';
import {generateKey} from '../../src/token/vault/key-ring.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {FakeOAuthServer} from '../support/oauth/fake-oauth-server.ts';
import {type HeldProvider, holdProvider} from './held-provider.ts';
import type {Answer} from './live-cli.ts';
import {type TestContext, testContext} from './test-context.ts';

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** @default the folder of the policy */
  readonly cwd?: string;
  /** Sees the context while the command runs, to send it a signal. */
  readonly during?: (context: TestContext) => unknown;
}

/** A folder with a policy of token providers, an SQLite store, a key, a provider to ask, and the command line. */
export interface TokenCli {
  readonly folder: string;
  readonly fake: FakeOAuthServer;
  /** Fails when any secret of the provider is in what a command writes. */
  run(args: readonly string[], options?: RunOptions): Promise<Answer>;
  /** `run` with --json; checks the answer against its schema in docs/json. */
  json<T>(args: readonly string[], options?: RunOptions): Promise<Answer & {readonly data: T}>;
  with<T>(use: (store: Store) => Promise<T>): Promise<T>;
  /** Puts a refresh token of the provider in, and answers it. */
  begin(provider?: string): Promise<string>;
  /** From now on the provider does not answer until it is told to. */
  hold(): Promise<HeldProvider>;
  write(name: string, text: string): void;
  /** Configures the production context `live`. */
  production(more: string): void;
}

const policyOf = (tokenUrl: string, fields: string): string => `version: 1
limits: [{name: per-ip, key: "{ip}", rate: 20/d}]
tokens:
  google: {tokenUrl: "${tokenUrl}", clientId: app${fields}}
`;

export const KEY = generateKey('k1');

/** `fields` go into the entry of the provider `google`; `more` below it. */
export const tokenCli = async (fields = '', more = ''): Promise<TokenCli> => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-token-'));
  const fake = await FakeOAuthServer.start();
  onTestFinished(async () => {
    await fake.close();
    rmSync(folder, {recursive: true, force: true});
  });
  const tokenUrl = `http://127.0.0.1:${fake.port}/token`;
  writeFileSync(
    join(folder, 'ratectl.yaml'),
    `${policyOf(tokenUrl, fields)}${more.replaceAll('TOKEN_URL', tokenUrl)}`,
  );
  const path = join(folder, 'state.db');
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<Answer> => {
    const {stdin = '', env = {}, columns = 100, cwd = folder, during} = options;
    const base = testContext(
      {RATECTL_STORE: `sqlite:${path}`, RATECTL_ACTOR: 'ada', HOME: folder, RATECTL_VAULT_KEY: KEY, ...env},
      columns,
    );
    const context: TestContext = {
      ...base,
      clock: systemClock,
      cwd,
      streams: {...base.streams, stdin: Readable.from(stdin === '' ? [] : [stdin])},
    };
    during?.(context);
    try {
      await runProgram(args, context);
    } catch (error) {
      context.written.err += errorText(error, true);
      context.exitCode = isRatectlError(error) ? error.exit : 1;
    }
    const {out, err} = context.written;
    expect(`${out}${err}`).not.toMatch(/fake-[ar]t-/);
    for (const line of [KEY, ...(env['RATECTL_VAULT_KEY'] ?? '').split('\n')].filter((one) => one !== ''))
      expect(`${out}${err}`).not.toContain(line.slice(line.indexOf(':') + 1));
    return {code: context.exitCode, out, err};
  };
  const cli: TokenCli = {
    folder,
    fake,
    run,
    async json(args, options) {
      const answer = await run([...args, '--json'], options);
      return {...answer, data: dataOf(answer, args[0] === 'token' ? `token-${args[1]}` : args[0]!)};
    },
    async with(use) {
      const store = await openStore({kind: 'sqlite', path}, {access: 'write'});
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },
    async begin(provider = 'google') {
      const {refreshToken = ''} = fake.book.begin();
      const {code, err} = await run(['token', 'put', provider], {stdin: `${refreshToken}\n`});
      expect(code, err).toBe(0);
      return refreshToken;
    },
    async hold() {
      const held = await holdProvider(fake.port);
      const path = join(folder, 'ratectl.yaml');
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`:${fake.port}/`, `:${held.port}/`));
      return held;
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
    production(more) {
      const place = join(folder, '.config', 'ratectl');
      mkdirSync(place, {recursive: true});
      const live = `{store: "sqlite:${path}", production: true, ${more}}`;
      writeFileSync(join(place, 'config.yaml'), `contexts:\n  live: ${live}\n`, {mode: 0o600});
    },
  };
  return cli;
};

const dataOf = <T>({out, err}: Answer, name: string): T => {
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: T};
  const path = join(import.meta.dirname, '..', '..', `docs/json/${name}.schema.json`);
  expect(schemaErrors(JSON.parse(readFileSync(path, 'utf8')), answer)).toEqual([]);
  return answer.data;
};
