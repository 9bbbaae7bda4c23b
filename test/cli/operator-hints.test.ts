import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {recordAudit} from '../../src/store/record-audit.ts';
import {fill, liveCli} from './live-cli.ts';

describe('a pattern where one key is meant', () => {
  test('reset of a key with "*" that is not there says how a pattern is written', async () => {
    const cli = liveCli();
    await fill(cli, [['per-ip', 'a']]);
    const {code, out, err} = await cli.run('reset', 'per-ip/*', '--yes');
    expect(code).toBe(0);
    expect(out).toContain('nothing to reset');
    expect(err).toContain('for a pattern: --match "per-ip/*"');
    const json = await cli.run('reset', 'per-ip/*', '--dry-run', '--json', '--quiet');
    expect(JSON.parse(json.out).warnings).toEqual([expect.stringContaining('--match "per-ip/*"')]);
  });

  test('and no such thing of a key that is there, or has none', async () => {
    const cli = liveCli();
    await fill(cli, [['per-ip', 'a*']]);
    for (const key of ['per-ip/a*', 'per-ip/b'])
      expect((await cli.run('reset', key, '--dry-run')).err, key).not.toContain('--match');
  });

  test('status says it, too', async () => {
    const cli = liveCli();
    await fill(cli, [['per-ip', 'a']]);
    expect((await cli.run('status', 'per-ip/*')).out.replace(/\s+/g, ' ')).toContain('--match "per-ip/*"');
    expect((await cli.run('status', 'per-ip/b')).out).not.toContain('--match');
  });
});

test.each(['--undo', '--plan'])(
  'reset %s of a file that is not there says so before it asks',
  async (flag) => {
    const cli = liveCli();
    const {code, err} = await cli.run('reset', flag, 'nope.jsonl');
    expect([code, err]).toEqual([2, expect.stringContaining('nope.jsonl')]);
    expect(err).not.toContain('--yes');
    expect(existsSync(join(cli.folder, 'state.db')), 'no store was made').toBe(false);
  },
);

describe('audit --action', () => {
  const journal = async (...actions: readonly string[]) => {
    const cli = liveCli();
    const rest = {by: 'ada', host: 'h', why: '', target: 'x', keys: 1};
    await cli.with(async (store) => {
      for (const action of ['migrate', ...actions]) await recordAudit(store, {action, ...rest});
    });
    return cli;
  };

  test.each([
    ['rest', '(did you mean "reset"?)'],
    ['tokens', '(did you mean "token"?)'],
    ['nonsense', 'override-set'],
  ])('an action that there is none of is refused: %s', async (action, told) => {
    const {code, out, err} = await (await journal()).run('audit', '--action', action, '--json');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`unknown action "${action}"`);
    expect(err).toContain(told);
  });

  test.each(['reset', 'token', 'override', 'queue-undo'])('of %s there may be no entries', async (action) => {
    expect((await (await journal()).run('audit', '--action', action)).code).toBe(0);
  });

  test('an action that another version wrote is found', async () => {
    const {code, out} = await (await journal('freeze-set')).run('audit', '--action', 'freeze', '-o', 'jsonl');
    expect([code, JSON.parse(out).action]).toEqual([0, 'freeze-set']);
  });
});

test('report --out says what was written where; not with --quiet', async () => {
  const cli = liveCli();
  await fill(cli, [['per-ip', 'a']]);
  const told = await cli.run('report', '--out', 'r.html');
  expect(told).toMatchObject({code: 0, out: ''});
  expect(told.err).toContain('the report is in "r.html", as HTML');
  expect(readFileSync(join(cli.folder, 'r.html'), 'utf8')).toContain('<html');
  expect((await cli.run('report', '--out', 'r.html', '--quiet')).err).toBe('');
  expect((await cli.run('report', '--quiet')).err).not.toContain('the report is in');
});
