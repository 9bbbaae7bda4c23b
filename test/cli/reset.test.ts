import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {ResetReport} from '../../src/view/model/reset-report.ts';
import type {StatusReport} from '../../src/view/model/status-report.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type Answer, fill, keysOf, type LiveCli, liveCli, POLICY, usedRow} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/reset.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const KEYS = [
  ['per-ip', 'a'],
  ['per-ip', 'ab'],
  ['per-ip', 'a*'],
  ['per-ip', 'b'],
  ['per-plan', 'a', 'free'],
  ['per-plan', 'a', 'pro'],
] as const;
const ALL = ['per-ip/a', 'per-ip/a*', 'per-ip/ab', 'per-ip/b', 'per-plan/a#free', 'per-plan/a#pro'];
const without = (...gone: readonly string[]): readonly string[] => ALL.filter((key) => !gone.includes(key));

const filled = async (env?: Readonly<Record<string, string>>): Promise<LiveCli> => {
  const cli = liveCli(env);
  await fill(cli, KEYS);
  return cli;
};

/** The report in a JSON answer, after a look at its form. */
const reportOf = ({out, err}: Answer): ResetReport => {
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: ResetReport};
  expect(schemaErrors(schema, answer)).toEqual([]);
  return answer.data;
};

const receipts = ({folder}: LiveCli): readonly string[] => {
  const path = join(folder, '.ratectl', 'receipts');
  return existsSync(path) ? readdirSync(path) : [];
};

describe('reset', {timeout: 60_000}, () => {
  test('of one key: that key in all its tiers, a receipt, an entry in the journal', async () => {
    const cli = await filled();
    const {code, out} = await cli.run('reset', 'per-plan/a', '--yes', '--reason', 'customer call');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}reset +2 keys reset\n/);
    expect(await keysOf(cli)).toEqual(without('per-plan/a#free', 'per-plan/a#pro'));
    const [name] = receipts(cli);
    expect(name).toBe('reset-20260105T120000Z.jsonl');
    const path = join(cli.folder, '.ratectl/receipts', name!);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [entry, ...more] = await cli.with((store) => store.latest('audit', 10));
    expect(more).toEqual([]);
    expect(entry!.value).toMatchObject({
      action: 'reset',
      by: 'ada',
      why: 'customer call',
      target: 'per-plan/a',
      keys: 2,
      receipt: join('.ratectl/receipts', name!),
    });
  });

  test('glob characters in an exact key are characters', async () => {
    const cli = await filled();
    await cli.run('reset', 'per-ip/a*', '--yes');
    expect(await keysOf(cli)).toEqual(without('per-ip/a*'));
  });

  test.each([
    [
      ['--prefix', 'per-ip/a'],
      ['per-ip/a', 'per-ip/ab', 'per-ip/a*'],
    ],
    [
      ['--match', '*/a?'],
      ['per-ip/ab', 'per-ip/a*'],
    ],
    [['--match', 'per-ip/a\\*'], ['per-ip/a*']],
    [['--all'], ALL],
  ])('of several: %j', async (selector, gone) => {
    const cli = await filled();
    const answer = await cli.run('reset', ...selector, '--yes', '--reason', 'x', '--json');
    expect(reportOf(answer).keys).toBe(gone.length);
    expect(await keysOf(cli)).toEqual(without(...gone));
  });

  test('a key that no shell can type', async () => {
    const cli = liveCli();
    await fill(cli, [
      ['per-ip', 'a\u0000\u001b'],
      ['per-ip', 'a'],
    ]);
    const {code, out} = await cli.run('reset', '--json-key', '"per-ip/a\\u0000\\u001b"', '--yes');
    expect(code).toBe(0);
    expect(out).not.toMatch(/[\u0000\u001b]/);
    expect(out).toContain('a\\u0000\\u001b');
    expect(await keysOf(cli)).toEqual(['per-ip/a']);
  });

  test('of nothing: a note, or exit 7 when asked for', async () => {
    const cli = await filled();
    expect(await cli.run('reset', 'per-ip/zz', '--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to reset'),
    });
    expect((await cli.run('reset', 'per-ip/zz', '--yes', '--fail-empty')).code).toBe(7);
    expect(receipts(cli)).toEqual([]);
  });

  test('says what is used where a policy says what the state means', async () => {
    const cli = await filled();
    expect(reportOf(await cli.run('reset', 'per-ip/a', '-n', '--json')).shown).toEqual([
      {limit: 'per-ip', key: 'a', tier: '', used: 7, capacity: 20, expiresAt: expect.any(String)},
    ]);
  });

  test('without a policy it finds all tiers, too', async () => {
    const cli = liveCli({}, {});
    await fill(cli, KEYS);
    await cli.run('reset', 'per-plan/a', '--yes');
    expect(await keysOf(cli)).toEqual(without('per-plan/a#free', 'per-plan/a#pro'));
  });

  test('needs no writable project folder when --receipt names a place, and never takes one that is taken', async () => {
    const cli = await filled();
    expect((await cli.run('reset', 'per-ip/a', '--yes', '--receipt', 'r.jsonl')).code).toBe(0);
    const text = readFileSync(join(cli.folder, 'r.jsonl'), 'utf8');
    const again = await cli.run('reset', 'per-ip/b', '--yes', '--receipt', 'r.jsonl');
    expect(again).toMatchObject({code: 4, err: expect.stringContaining('"r.jsonl" exists')});
    expect(readFileSync(join(cli.folder, 'r.jsonl'), 'utf8')).toBe(text);
    expect(await keysOf(cli)).toEqual(without('per-ip/a'));
    expect((await cli.run('reset', 'per-ip/b', '--yes', '--receipt', 'no/r.jsonl')).code).toBe(2);
    expect(await keysOf(cli)).toEqual(without('per-ip/a'));
  });
});

describe('before anything is changed', {timeout: 60_000}, () => {
  test.each([
    ['one key', ['per-ip/a'], 4, '--yes is required'],
    ['several keys', ['--prefix', 'per-ip/', '--reason', 'x'], 4, '--yes is required'],
    ['an undo', ['--undo', 'ratectl.yaml'], 4, '--yes is required'],
    ['--no-input', ['per-ip/a', '--no-input'], 4, '--confirm'],
    [
      'a number that is not theirs',
      ['--all', '--confirm', '5', '--reason', 'x'],
      4,
      'does not match: expected 6',
    ],
    ['another word', ['--all', '--confirm', 'yes', '--reason', 'x'], 4, 'does not match'],
    ['no reason for several', ['--all', '--yes'], 2, '--reason is required for more than one key'],
    ['an empty reason', ['--all', '--yes', '--reason', ' '], 2, '--reason is required'],
    ['no selector', ['--yes'], 2, 'expected LIMIT/KEY'],
    ['no key', ['per-ip', '--yes'], 2, 'names no limit'],
    ['an unknown limit', ['per-jp/a', '--yes'], 2, 'did you mean "per-ip"'],
    [
      'an unknown limit of a prefix',
      ['--prefix', 'per-jp/', '--yes', '--reason', 'x'],
      2,
      'did you mean "per-ip"',
    ],
    ['a selector beside --all', ['per-ip/a', '--all', '--yes'], 2, 'beside --all'],
    ['a selector beside --undo', ['per-ip/a', '--undo', 'r', '--yes'], 2, 'beside --undo'],
    ['--all beside --plan', ['--all', '--plan', 'p', '--yes'], 2, '--all beside --plan'],
    ['--force without --undo', ['per-ip/a', '--force', '--yes'], 2, '--force goes with --undo'],
    [
      'a receipt on standard output',
      ['per-ip/a', '--yes', '--receipt', '-'],
      2,
      '--receipt: expected a path',
    ],
    ['a receipt that is not there', ['--undo', 'nope', '--yes'], 2, 'cannot read "nope": no such file'],
    ['a receipt that is a folder', ['--undo', '.', '--yes'], 2, 'cannot read "."'],
    ['a policy as receipt', ['--undo', 'ratectl.yaml', '--yes'], 2, 'is not a receipt'],
    ['a policy as plan', ['--plan', 'ratectl.yaml', '--yes'], 2, 'is not a plan'],
  ])('%s is refused', async (_, args, exit, message) => {
    const cli = await filled();
    const {code, out, err} = await cli.run('reset', ...args);
    expect(err).toContain(message);
    expect(code).toBe(exit);
    expect(out).toBe('');
    expect(await keysOf(cli)).toEqual(ALL);
    expect(receipts(cli)).toEqual([]);
    expect(await cli.with((store) => store.latest('audit', 10))).toEqual([]);
  });

  test('--confirm takes the number of keys in place of --yes', async () => {
    const cli = await filled();
    expect((await cli.run('reset', '--all', '--confirm', '6', '--reason', 'x')).code).toBe(0);
    expect(await keysOf(cli)).toEqual([]);
  });

  test('a dry run answers in the same form, and changes nothing', async () => {
    const cli = await filled();
    const dry = reportOf(await cli.run('reset', '--prefix', 'per-ip/', '--dry-run', '--json'));
    expect(await keysOf(cli)).toEqual(ALL);
    expect(receipts(cli)).toEqual([]);
    const real = reportOf(await cli.run('reset', '--prefix', 'per-ip/', '--yes', '--reason', 'x', '--json'));
    expect(dry).toEqual({...real, dryRun: true, receipt: null, why: ''});
  });

  test('a dry run of nothing creates nothing', async () => {
    const cli = liveCli();
    await cli.run('reset', '--all', '--dry-run');
    expect(readdirSync(cli.folder)).toEqual(['ratectl.yaml']);
  });
});

describe('plans', {timeout: 60_000}, () => {
  test('are applied as they were looked at', async () => {
    const cli = await filled();
    const planned = reportOf(
      await cli.run('reset', '--prefix', 'per-ip/a', '--plan-out', 'p.jsonl', '--json'),
    );
    expect(planned).toMatchObject({action: 'plan', keys: 3, plan: 'p.jsonl', receipt: null});
    expect(await keysOf(cli)).toEqual(ALL);
    await fill(cli, [['per-ip', 'ac']]);
    const applied = reportOf(await cli.run('reset', '--plan', 'p.jsonl', '--yes', '--reason', 'x', '--json'));
    expect(applied).toMatchObject({action: 'reset', keys: 3, selector: '--plan p.jsonl'});
    expect(await keysOf(cli)).toEqual([...without('per-ip/a', 'per-ip/ab', 'per-ip/a*'), 'per-ip/ac'].sort());
  });

  test('are refused when a key is different by now, and nothing is done', async () => {
    const cli = await filled();
    await cli.run('reset', '--prefix', 'per-ip/a', '--plan-out', 'p.jsonl');
    await cli.with(async (store) => {
      const row = {...usedRow('per-ip', 'ab', (await store.facts()).now), words: [1, 2, 3]};
      await store.change([{address: row.address, expected: 'any', next: row}]);
    });
    const {code, err} = await cli.run('reset', '--plan', 'p.jsonl', '--yes', '--reason', 'x');
    expect(code).toBe(4);
    expect(err).toContain('1 key is not as in plan "p.jsonl" any more; nothing was reset:\n  per-ip/ab');
    expect(await keysOf(cli)).toEqual(ALL);
  });

  test('take the place of no file', async () => {
    const cli = await filled();
    expect((await cli.run('reset', '--all', '--plan-out', 'ratectl.yaml')).code).toBe(4);
  });
});

describe('undo', {timeout: 60_000}, () => {
  const RECEIPT = '.ratectl/receipts/reset-20260105T120000Z.jsonl';
  const undo = (cli: LiveCli, ...more: readonly string[]) =>
    cli.run('reset', '--undo', RECEIPT, '--yes', '--reason', 'a mistake', '--json', ...more);

  test('brings everything back', async () => {
    const cli = await filled();
    await cli.run('reset', '--all', '--yes', '--reason', 'x');
    expect(await keysOf(cli)).toEqual([]);
    expect(reportOf(await undo(cli, '--dry-run'))).toMatchObject({action: 'undo', keys: 6, dryRun: true});
    expect(await keysOf(cli)).toEqual([]);
    expect(reportOf(await undo(cli))).toMatchObject({action: 'undo', keys: 6, failed: 0});
    expect(await keysOf(cli)).toEqual(ALL);
    expect(reportOf(await undo(cli))).toMatchObject({keys: 0, already: 6});
  });

  test('what is refused again is in plain status at once, and nothing else is', async () => {
    const cli = await filled();
    const {now} = await cli.with((store) => store.facts());
    const row = {...usedRow('per-ip', 'c', now), words: [now, 20, now]};
    await cli.with((store) => store.change([{address: row.address, expected: 'any', next: row}]));
    await cli.run('reset', '--all', '--yes', '--reason', 'x');
    await undo(cli);
    const {out} = await cli.run('status', '--json');
    expect((JSON.parse(out) as {data: StatusReport}).data.keys).toMatchObject([
      {limit: 'per-ip', key: 'c', state: 'limited', deniedLastMinute: 0},
    ]);
  });

  test('leaves what is used since, says which, and ends with 6', async () => {
    const cli = await filled();
    await cli.run('reset', '--prefix', 'per-ip/', '--yes', '--reason', 'x');
    await cli.with(async (store) => {
      const row = {...usedRow('per-ip', 'ab', (await store.facts()).now), words: [1, 2, 3]};
      await store.change([{address: row.address, expected: 'any', next: row}]);
    });
    const partial = await undo(cli);
    expect(partial.code).toBe(6);
    expect(reportOf(partial)).toMatchObject({
      keys: 3,
      failed: 1,
      failedKeys: [{limit: 'per-ip', key: 'ab', tier: '', why: 'in use'}],
    });
    expect(await undo(cli, '--force')).toMatchObject({code: 0});
  });

  test('is refused for another store unless told', async () => {
    const cli = await filled();
    await cli.run('reset', '--all', '--yes', '--reason', 'x');
    const other = ['--store', `sqlite:${join(cli.folder, 'other.db')}`];
    expect(await undo(cli, ...other)).toMatchObject({code: 4, err: expect.stringContaining('--other-store')});
    expect(reportOf(await undo(cli, ...other, '--other-store')).keys).toBe(6);
  });

  test('of a receipt that somebody changed is refused with its place', async () => {
    const cli = await filled();
    await cli.run('reset', '--all', '--yes', '--reason', 'x', '--receipt', 'r');
    const path = join(cli.folder, 'r');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"words":[', '"words":["x",'));
    const {code, err} = await cli.run('reset', '--undo', 'r', '--yes', '--reason', 'x');
    expect([code, err]).toEqual([2, expect.stringContaining('ratectl: r:2: not a line of such a file')]);
    expect(await keysOf(cli)).toEqual([]);
  });
});

describe('contexts', {timeout: 60_000}, () => {
  const CONFIG = `contexts:
  prod: {store: "sqlite:state.db", production: true, readOnly: false}
  locked: {store: "sqlite:state.db", production: true}
`;
  const inContext = async (name: string): Promise<LiveCli> => {
    const cli = liveCli({RATECTL_STORE: '', RATECTL_CONTEXT: name}, {'ratectl.yaml': POLICY});
    const config = join(cli.folder, '.config', 'ratectl');
    mkdirSync(config, {recursive: true});
    writeFileSync(join(config, 'config.yaml'), CONFIG.replaceAll('state.db', join(cli.folder, 'state.db')));
    await fill(cli, KEYS);
    return cli;
  };

  test.each([
    ['without anything', [], '--confirm prod is required'],
    ['with --yes', ['--yes'], '--yes is not enough in production'],
    [
      'with the number of keys',
      ['--confirm', '1', '--reason', 'x'],
      'expected the name of the context, "prod"',
    ],
    ['without a reason', ['--confirm', 'prod'], '--reason is required in a production context'],
  ])('production %s is refused', async (_, args, message) => {
    const cli = await inContext('prod');
    const {code, err} = await cli.run('reset', 'per-ip/a', ...args);
    expect(err).toContain(message);
    expect(code).toBe(args.length === 2 && args[1] === 'prod' ? 2 : 4);
    expect(await keysOf(cli)).toEqual(ALL);
  });

  test('production wants its name, and is named in the receipt and the answer', async () => {
    const cli = await inContext('prod');
    const args = ['--confirm', 'prod', '--reason', 'x', '--receipt', 'r', '--json'];
    const answer = await cli.run('reset', 'per-ip/a', ...args);
    expect(reportOf(answer).keys).toBe(1);
    expect(JSON.parse(answer.out)).toMatchObject({context: 'prod'});
    expect(readFileSync(join(cli.folder, 'r'), 'utf8')).toContain('"context":"prod"');
    expect(await keysOf(cli)).toEqual(without('per-ip/a'));
  });

  test('overrides in production want its name, too', async () => {
    const cli = await inContext('prod');
    const set = ['override', 'set', 'per-ip/a', '--block', '--reason', 'x'];
    expect((await cli.run(...set, '--yes')).code).toBe(4);
    expect((await cli.run(...set, '--confirm', 'prod')).code).toBe(0);
    expect((await cli.run('override', 'rm', 'per-ip/a')).code).toBe(4);
    expect((await cli.run('override', 'rm', 'per-ip/a', '--confirm', 'prod')).code).toBe(0);
  });

  test('a read-only context refuses, says how it is changed, and lets itself be looked at', async () => {
    const cli = await inContext('locked');
    for (const args of [
      ['reset', 'per-ip/a', '--confirm', 'locked', '--reason', 'x'],
      ['override', 'set', 'per-ip/a', '--block', '--reason', 'x', '--confirm', 'locked'],
      ['override', 'rm', 'per-ip/a', '--confirm', 'locked'],
    ])
      expect(await cli.run(...args)).toMatchObject({
        code: 4,
        err: expect.stringContaining('readOnly: false'),
      });
    expect(await keysOf(cli)).toEqual(ALL);
    expect((await cli.run('reset', 'per-ip/a', '--dry-run')).code).toBe(0);
    expect((await cli.run('override', 'ls')).code).toBe(0);
    expect((await cli.run('audit')).code).toBe(0);
  });
});
