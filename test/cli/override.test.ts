import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {listOverrides} from '../../src/store/override-document.ts';
import type {AuditList} from '../../src/view/model/audit-list.ts';
import type {OverrideChange, OverrideList} from '../../src/view/model/override-list.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type Answer, type LiveCli, liveCli} from './live-cli.ts';

const dataOf = <T>({out, err}: Answer, name: string): T => {
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: T};
  const path = join(import.meta.dirname, '..', '..', `docs/json/${name}.schema.json`);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  expect(schemaErrors(schema, answer)).toEqual([]);
  return answer.data;
};

const set = (cli: LiveCli, key: string, ...args: readonly string[]) =>
  cli.run('override', 'set', key, '--reason', 'a sale', '--json', ...args);

describe('override set', () => {
  test('takes what it does not say from the limit, tells the applications and the journal', async () => {
    const cli = liveCli();
    const before = await cli.with((store) => store.generation());
    const answer = await set(cli, 'per-ip/10.0.0.1', '--rate', '100/s', '--for', '1h');
    const {override, before: earlier} = dataOf<OverrideChange>(answer, 'override-set');
    expect(earlier).toBe(null);
    expect(override).toMatchObject({
      limit: 'per-ip',
      key: '10.0.0.1',
      effect: 'buckets',
      buckets: ['token bucket 100/s, burst 100'],
      by: expect.stringMatching(/^ada@/),
      why: 'a sale',
      remainingMs: 3_600_000,
    });
    const [stored] = await cli.with((store) => listOverrides(store));
    expect(stored).toMatchObject({limit: 'per-ip', key: '10.0.0.1', effect: {kind: 'buckets'}});
    expect(await cli.with((store) => store.generation())).toBeGreaterThan(before);
    const audit = dataOf<AuditList>(await cli.run('audit', '--json'), 'audit');
    expect(audit.entries).toMatchObject([
      {action: 'override-set', by: 'ada', why: 'a sale', target: 'per-ip/10.0.0.1', keys: 1, receipt: null},
    ]);
  });

  test('says what it takes the place of', async () => {
    const cli = liveCli();
    await set(cli, 'per-ip/a', '--block');
    const {before, override} = dataOf<OverrideChange>(await set(cli, 'per-ip/a', '--exempt'), 'override-set');
    expect(before).toMatchObject({effect: 'block', until: null, remainingMs: null});
    expect(override).toMatchObject({effect: 'exempt'});
  });

  test('a dry run says the same and sets nothing', async () => {
    const cli = liveCli();
    await set(cli, 'per-ip/a', '--block');
    const dry = dataOf<OverrideChange>(await set(cli, 'per-ip/a', '--exempt', '-n'), 'override-set');
    const real = dataOf<OverrideChange>(await set(cli, 'per-ip/a', '--exempt'), 'override-set');
    expect({...dry, override: {...dry.override, at: ''}}).toEqual({
      ...real,
      dryRun: true,
      override: {...real.override, at: ''},
    });
  });

  test.each([
    ['a wrong rate', ['per-ip/a', '--rate', '10/x'], '--rate: expected a rate'],
    [
      'a parameter of another algorithm',
      ['per-ip/a', '--limit', '5'],
      '--limit: token-bucket takes no "limit"',
    ],
    ['an unknown limit', ['per-jp/a', '--block'], 'did you mean "per-ip"'],
    ['nothing', ['per-ip/a'], 'what shall hold for the key?'],
    ['a block with parameters', ['per-ip/a', '--block', '--rate', '1/s'], '--block goes without parameters'],
    ['a span that is none', ['per-ip/a', '--block', '--for', 'soon'], '--for: expected a duration'],
    ['no span at all', ['per-ip/a', '--block', '--for', '0s'], '--for: expected more than no time'],
    ['a time that is none', ['per-ip/a', '--block', '--until', 'tomorrow'], '--until: expected a time'],
    ['a time that is past', ['per-ip/a', '--block', '--until', '2020-01-01T00:00:00Z'], 'a time to come'],
    ['no limit in the selector', ['a', '--block'], 'names no limit'],
    [
      'a lease that is none',
      ['per-ip/a', '--algorithm', 'concurrency', '--max', '2', '--lease', 'x'],
      '--lease: expected a duration',
    ],
  ])('%s is refused', async (_, args, message) => {
    const cli = liveCli();
    const {code, err} = await cli.run('override', 'set', ...args, '--reason', 'x');
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(await cli.with((store) => listOverrides(store))).toEqual([]);
  });

  test.each([
    ['--for', 'soon'],
    ['--for', '0s'],
    ['--until', 'tomorrow'],
  ])('%s %s is refused before a store is made', async (...flags) => {
    const cli = liveCli({}, {});
    expect((await cli.run('override', 'set', 'per-ip/a', '--block', '--reason', 'x', ...flags)).code).toBe(2);
    expect(existsSync(join(cli.folder, 'state.db'))).toBe(false);
  });

  test('an end beyond all time is refused', async () => {
    const cli = liveCli();
    const {code, err} = await cli.run(
      'override',
      'set',
      'per-ip/a',
      '--block',
      '--reason',
      'x',
      '--for',
      '99999d',
    );
    expect([code, err]).toEqual([2, expect.stringContaining('--for: expected an end before 2255-')]);
  });

  test('needs a reason', async () => {
    const cli = liveCli();
    expect((await cli.run('override', 'set', 'per-ip/a', '--block')).code).toBe(2);
    expect((await cli.run('override', 'set', 'per-ip/a', '--block', '--reason', ' ')).code).toBe(2);
  });

  test('without a policy only blocks and exempts', async () => {
    const cli = liveCli({}, {});
    expect(await set(cli, 'per-ip/a', '--rate', '1/s')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no policy is known here'),
    });
    expect(await set(cli, 'per-ip/a', '--block')).toMatchObject({
      code: 0,
      err: expect.stringContaining('was not checked'),
    });
  });
});

describe('override ls and rm', () => {
  test('list what holds, by limit and key, and take it away', async () => {
    const cli = liveCli();
    await set(cli, 'per-ip/b', '--block', '--until', '2254-01-01T00:00:00Z');
    await set(cli, 'per-ip/a/\u001b', '--exempt');
    const list = dataOf<OverrideList>(await cli.run('override', 'ls', '--json'), 'override-ls');
    expect(list.overrides.map(({key, until}) => [key, until])).toEqual([
      ['a/\u001b', null],
      ['b', '2254-01-01T00:00:00.000Z'],
    ]);
    const {out} = await cli.run('override', 'ls');
    expect(out).toContain('a/\\u001b');
    expect(out).not.toContain('\u001b');
    const removed = await cli.run('override', 'rm', 'per-ip/b', '--json');
    expect(dataOf<OverrideChange>(removed, 'override-rm')).toMatchObject({
      override: null,
      before: {effect: 'block'},
    });
    const lines = (await cli.run('override', 'ls', '-o', 'jsonl')).out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as {key: string}).key)).toEqual(['a/\u001b']);
  });

  test('of nothing: a note, or exit 7 when asked for', async () => {
    const cli = liveCli();
    await set(cli, 'per-ip/a', '--block');
    expect(await cli.run('override', 'rm', 'per-ip/b')).toMatchObject({
      code: 0,
      out: expect.stringContaining('there is none'),
    });
    expect((await cli.run('override', 'rm', 'per-ip/b', '--fail-empty')).code).toBe(7);
    await cli.run('override', 'rm', 'per-ip/a');
    expect((await cli.run('override', 'ls', '--fail-empty')).code).toBe(7);
  });

  test('warnings are called so in all commands, and are in the JSON answer', async () => {
    const cli = liveCli({}, {});
    await cli.with((store) => store.put('policy', 'current', {source: 5}));
    const line = /^warning: the policy that was published in the store cannot be used: .*$/m;
    for (const args of [
      ['status'],
      ['explain', 'a'],
      ['override', 'ls'],
      ['override', 'set', 'per-ip/a', '--block', '--reason', 'x', '--dry-run'],
      ['override', 'rm', 'per-ip/a', '--dry-run'],
      ['reset', 'per-ip/a', '--dry-run'],
      ['audit'],
    ]) {
      const {code, out, err} = await cli.run(...args, '--json');
      expect([args[0], code]).toEqual([args[0], 0]);
      expect(err).toMatch(line);
      expect((JSON.parse(out) as {warnings: readonly string[]}).warnings[0]).toMatch(
        /^the policy that was published/,
      );
      expect((await cli.run(...args, '--quiet')).err).toBe('');
    }
  });

  test('documents that are none are counted, not shown', async () => {
    const cli = liveCli();
    await cli.with((store) => store.put('override', '["per-ip","a"]', {effect: 'magic'}));
    const answer = await cli.run('override', 'ls');
    expect(answer.out).toContain('none');
    expect(answer.err).toContain('1 document is no override that this version can read');
  });
});

describe('audit', () => {
  test('lists the newest first, as far back and as many as asked', async () => {
    const cli = liveCli();
    await set(cli, 'per-ip/a', '--block');
    await cli.run('override', 'rm', 'per-ip/a', '--reason', 'done');
    const all = dataOf<AuditList>(await cli.run('audit', '--json'), 'audit');
    expect(all.entries.map(({action}) => action)).toEqual(['override-rm', 'override-set']);
    expect(dataOf<AuditList>(await cli.run('audit', '--json', '--limit', '1'), 'audit').entries).toHaveLength(
      1,
    );
    expect(dataOf<AuditList>(await cli.run('audit', '--json', '--since', '0s'), 'audit').entries).toEqual([]);
    expect((await cli.run('audit', '--since', 'x')).code).toBe(2);
    expect((await cli.run('audit', '--since', '0s', '--fail-empty')).code).toBe(7);
  });

  test('shows what others wrote harmlessly, and leaves out what is no entry', async () => {
    const cli = liveCli();
    await cli.with((store) =>
      store.append('audit', [
        7,
        null,
        {keys: 3},
        {action: '\u001b[2J', by: '=cmd()', host: 'x\ny', why: 5, target: '\u202e', keys: -1},
      ]),
    );
    for (const form of ['table', 'csv', 'jsonl']) {
      const {code, out} = await cli.run('audit', '-o', form);
      expect(code).toBe(0);
      expect(out).not.toMatch(/[\u001b\u202e]/);
    }
    expect((await cli.run('audit', '-o', 'csv')).out).toContain(",'=cmd(),");
    expect(dataOf<AuditList>(await cli.run('audit', '--json'), 'audit').entries).toHaveLength(1);
  });
});
