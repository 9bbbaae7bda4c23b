import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {errorText} from '../../src/cli/error-text.ts';
import {runProgram} from '../../src/cli/program.ts';
import {openStore} from '../../src/store/open-store.ts';
import type {Store, StoredRow} from '../../src/store/port.ts';
import {testContext} from './test-context.ts';

export const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", rate: 20/d}
  - {name: per-plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{rate: 10/m}], pro: [{rate: 100/m}]}}
`;

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with a policy and an SQLite store, and the command line in it. */
export interface LiveCli {
  readonly folder: string;
  /** Runs a command without a terminal; an error is its text and exit code, as a user has it. */
  run(...args: readonly string[]): Promise<Answer>;
  /** Puts rows, or looks, with a store of its own. */
  with<T>(use: (store: Store) => Promise<T>): Promise<T>;
}

export const liveCli = (
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {'ratectl.yaml': POLICY},
): LiveCli => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-live-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'state.db');
  return {
    folder,
    async run(...args) {
      const context = {
        ...testContext({RATECTL_STORE: `sqlite:${path}`, RATECTL_ACTOR: 'ada', HOME: folder, ...env}, 100),
        cwd: folder,
      };
      try {
        await runProgram(args, context);
      } catch (error) {
        context.written.err += errorText(error, true);
        context.exitCode = isRatectlError(error) ? error.exit : 1;
      }
      return {code: context.exitCode, ...context.written};
    },
    async with(use) {
      const store = await openStore({kind: 'sqlite', path}, {access: 'write'});
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },
  };
};

/** A key with 7 of 20 units used, far from its end. */
export const usedRow = (limit: string, key: string, now: number, tier = ''): StoredRow => ({
  address: {limit, key, tier, shape: 't'},
  words: [now, 7, now],
  expiresAt: now + 3_600_000_000,
});

export const fill = (cli: LiveCli, keys: readonly (readonly [limit: string, key: string, tier?: string])[]) =>
  cli.with(async (store) => {
    const {now} = await store.facts();
    await store.change(
      keys.map(([limit, key, tier]) => {
        const row = usedRow(limit, key, now, tier);
        return {address: row.address, expected: 'any', next: row};
      }),
    );
  });

/** All keys there are, as `limit/key` with `#tier`. */
export const keysOf = (cli: LiveCli): Promise<readonly string[]> =>
  cli.with(async (store) => {
    const found: string[] = [];
    for await (const {rows} of store.scan({keys: {kind: 'all'}}))
      for (const {address} of rows)
        found.push(`${address.limit}/${address.key}${address.tier === '' ? '' : `#${address.tier}`}`);
    return found.sort();
  });
