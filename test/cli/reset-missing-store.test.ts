import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, inject, test} from 'vitest';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {readSchemaVersion} from '../../src/store/schema-version.ts';
import {TOKEN_POLICY} from '../operate/section-state.ts';
import {liveCli} from './live-cli.ts';

const RESETS: readonly (readonly [string, readonly string[]])[] = [
  ['keys', ['--all']],
  ['a breaker', ['--breaker', 'provider']],
  ['a queue', ['--queue', 'calls']],
];
const YES = ['--yes', '--reason', 'x'] as const;

describe.each(RESETS)('reset of %s in a store that is not there', (_, args) => {
  test('says so as its dry run does, and makes no file', async () => {
    const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
    const path = join(cli.folder, 'typo.db');
    const dry = await cli.run('reset', ...args, '--dry-run', '--store', `sqlite:${path}`);
    expect([dry.code, dry.err]).toEqual([2, expect.stringContaining('there is no state yet')]);
    expect(await cli.run('reset', ...args, ...YES, '--store', `sqlite:${path}`)).toEqual(dry);
    expect(existsSync(path)).toBe(false);
  });

  test('nor tables in Postgres', async () => {
    const url = `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`;
    const cli = liveCli({RATECTL_STORE: url}, {'ratectl.yaml': TOKEN_POLICY});
    const dry = await cli.run('reset', ...args, '--dry-run');
    expect([dry.code, dry.err]).toEqual([
      2,
      expect.stringContaining('no ratectl state in this database yet'),
    ]);
    expect(await cli.run('reset', ...args, ...YES)).toEqual(dry);
    expect((await readSchemaVersion(parseStoreUrl(url, {name: 'test'}), {}))?.version).toBe(0);
  });
});
