import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {putLoad, readDegradation, setManualMode} from '../../src/store/control-document.ts';
import type {AuditList} from '../../src/view/model/audit-list.ts';
import type {DegradeChange, DegradeReport} from '../../src/view/model/degrade.ts';
import {LOAD_POLICY, putDegradation} from '../operate/load-state.ts';
import {HOSTILE_KEYS} from '../support/hostile-keys.ts';
import {MINUTE, S} from '../support/instants.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {type Answer, type LiveCli, liveCli} from './live-cli.ts';
import {testContext} from './test-context.ts';

const dataOf = <T>({out, err}: Answer, name: string): T => {
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: T};
  const path = join(import.meta.dirname, '..', '..', `docs/json/${name}.schema.json`);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  expect(schemaErrors(schema, answer)).toEqual([]);
  return answer.data;
};

const withPolicy = (): LiveCli => liveCli({}, {'ratectl.yaml': LOAD_POLICY});
const set = (cli: LiveCli, mode: string, ...args: readonly string[]) =>
  cli.run('degrade', 'set', mode, '--reason', 'database failover', '--yes', '--json', ...args);
const stored = (cli: LiveCli) => cli.with((store) => readDegradation(store));

describe('degrade', {timeout: 60_000}, () => {
  test('alone says what holds, who is served, and when that changes', async () => {
    const cli = withPolicy();
    await cli.with(async (store) => {
      const now = await store.now();
      const mode = {mode: 'shed-low', since: now - 3 * MINUTE, steppedAt: now - S} as const;
      await putDegradation(store, {...mode, pressure: 1.04, signal: 'cpu'});
      const sample = {cpu: 0.83, memory: 0.4, eventLoop: 12_400, responseTime: undefined};
      await putLoad(store, {instance: 'build-7:17:abc', sample, at: now - S}, 60 * S);
    });
    const {code, out} = await cli.run('degrade');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}mode +shed-low · by rule · for 3m/);
    expect(out).toMatch(
      /serves +essential, normal\n {2}refuses +low\n {2}pressure +104% \(CPU\) · looked at/,
    );
    expect(out).toMatch(/changes +targets CPU 80% · shed-low from 100% on · essential-only from 120% on/);
    expect(out).toMatch(/^ {2}build-7:17:abc +83% +40% +12ms +\d/m);
    expect((await cli.run('degrade', 'status')).out).toContain('by rule');
    const report = dataOf<DegradeReport>(await cli.run('degrade', '--json'), 'degrade-status');
    expect(report.degradation).toMatchObject({mode: 'shed-low', from: 'rule', manual: null});
    expect(report.rule).toMatchObject({targets: {cpu: 0.8, memory: null}, afterMs: 10_000, holdMs: 30_000});
    expect(report.loads).toMatchObject([{cpu: 0.83, eventLoopMs: 12.4, responseTimeMs: null}]);
  });

  test('without the section in the policy the mode is normal, and only a hand changes it', async () => {
    const cli = liveCli();
    await cli.with((store) => store.announce());
    expect((await cli.run('degrade')).out).toMatch(
      /mode +normal · by rule\n {2}serves +all[\s\S]*by hand alone/,
    );
    expect(dataOf<DegradeReport>(await cli.run('degrade', '--json'), 'degrade-status').rule).toBeNull();
  });

  test.each([
    ['closed', /unknown subcommand "closed"[\s\S]*ratectl degrade set closed --reason TEXT/],
    ['claer', /unknown subcommand "claer" \(did you mean "clear"\?\)/],
  ])('%s is no subcommand, and what was meant is said', async (word, message) => {
    const {code, err} = await withPolicy().run('degrade', word);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test('a store that is not there yet is said to be so, and is not made', async () => {
    const {code, err} = await withPolicy().run('degrade');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no state yet')]);
  });
});

describe('degrade set', {timeout: 60_000}, () => {
  test('sets the mode for a time, tells the applications and the journal', async () => {
    const cli = withPolicy();
    const before = await cli.with((store) => store.generation());
    const change = dataOf<DegradeChange>(await set(cli, 'shed-low', '--for', '30m'), 'degrade-set');
    expect(change).toMatchObject({
      action: 'set',
      dryRun: false,
      changed: true,
      before: null,
      why: 'database failover',
      degradation: {
        mode: 'shed-low',
        from: 'hand',
        rule: 'normal',
        manual: {mode: 'shed-low', by: expect.stringMatching(/^ada@/), reason: 'database failover'},
        classes: [
          {name: 'essential', served: true},
          {name: 'normal', served: true},
          {name: 'low', served: false},
        ],
      },
    });
    const {manual} = await stored(cli);
    expect(manual!.until - manual!.at).toBe(30 * MINUTE);
    expect(await cli.with((store) => store.generation())).toBeGreaterThan(before);
    const audit = dataOf<AuditList>(await cli.run('audit', '--json'), 'audit');
    expect(audit.entries).toMatchObject([
      {action: 'degrade-set', by: 'ada', target: 'shed-low', why: 'database failover', note: 'for 30m'},
    ]);
    expect((await cli.run('audit')).out).toMatch(/degrade-set +shed-low/);
  });

  test('what the rule says goes on beneath it', async () => {
    const cli = withPolicy();
    await cli.with((store) =>
      putDegradation(store, {mode: 'shed-low', since: 5, pressure: 1.1, signal: 'cpu'}),
    );
    await set(cli, 'normal');
    expect(await stored(cli)).toMatchObject({mode: 'shed-low', since: 5, manual: {mode: 'normal'}});
    expect((await cli.run('degrade')).out).toMatch(
      /mode +normal · set by hand[\s\S]*the rule +alone says shed-low/,
    );
  });

  test('a dry run says the same, and sets nothing', async () => {
    const cli = withPolicy();
    await set(cli, 'shed-low');
    const args = ['degrade', 'set', 'closed', '--reason', 'x'];
    const {code, out} = await cli.run(...args, '-n');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/would be set · dry run[\s\S]*serves +nobody[\s\S]*before +shed-low/),
    ]);
    const dry = dataOf<DegradeChange>(await cli.run(...args, '-n', '--json'), 'degrade-set');
    expect(dry).toMatchObject({dryRun: true, degradation: {mode: 'closed'}, before: {mode: 'shed-low'}});
    expect((await stored(cli)).manual!.mode).toBe('shed-low');
  });

  test.each([
    ['an unknown mode', ['shed', '--reason', 'x', '--yes'], /Allowed choices are normal, shed-low/],
    ['no mode', ['--reason', 'x', '--yes'], /missing required argument 'mode'/],
    ['no reason', ['shed-low', '--yes'], /required option '--reason <text>'/],
    ['an empty reason', ['shed-low', '--reason', ' ', '--yes'], /--reason: expected a few words/],
    [
      'no duration',
      ['shed-low', '--reason', 'x', '--yes', '--for', 'soon'],
      /--for: expected a duration .* got "soon"/,
    ],
    [
      'nothing to last',
      ['shed-low', '--reason', 'x', '--yes', '--for', '0s'],
      /--for: expected more than no time/,
    ],
    [
      'a time that has passed',
      ['shed-low', '--reason', 'x', '--yes', '--until', '2001-01-01T00:00:00Z'],
      /a time to come/,
    ],
    [
      'two ends',
      ['shed-low', '--reason', 'x', '--for', '1h', '--until', '2031-01-01T00:00:00Z'],
      /cannot be used with/,
    ],
    [
      'an unknown zone',
      ['shed-low', '--reason', 'x', '--yes', '--tz', 'Nowhere'],
      /unknown time zone "Nowhere"/,
    ],
  ])('%s is refused', async (_, args, message) => {
    const cli = withPolicy();
    const {code, err} = await cli.run('degrade', 'set', ...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test('is asked for, also outside of production: nobody there to ask needs --yes', async () => {
    const cli = withPolicy();
    const {code, err} = await cli.run('degrade', 'set', 'shed-low', '--reason', 'x');
    expect([code, err]).toEqual([4, expect.stringContaining('--yes is required')]);
    expect((await stored(cli)).manual).toBeUndefined();
  });

  test.each([
    ['shed-low', 'y\n', 'set this mode? [y/N] ', 0],
    ['shed-low', 'n\n', 'set this mode? [y/N] ', 4],
    ['closed', 'closed\n', 'type closed to refuse every request: ', 0],
    ['closed', 'y\n', 'type closed to refuse every request: ', 4],
  ])('%s, answered %j on a terminal', async (mode, typed, question, exit) => {
    const cli = withPolicy();
    await cli.with((store) => store.announce());
    const plain = testContext({RATECTL_STORE: `sqlite:${cli.folder}/state.db`, HOME: cli.folder});
    const context = {
      ...plain,
      cwd: cli.folder,
      streams: {
        ...plain.streams,
        stdin: Object.assign(Readable.from([typed]), {isTTY: true}),
        err: {...plain.streams.err, isTTY: true},
      },
    };
    const run = runProgram(['degrade', 'set', mode, '--reason', 'x'], context);
    if (exit === 0) await run;
    else await expect(run).rejects.toMatchObject({exit});
    expect(plain.written.err).toContain(question);
    expect((await stored(cli)).manual?.mode).toBe(exit === 0 ? mode : undefined);
  });

  test('--confirm takes the name of the mode for closed, and nothing else', async () => {
    const cli = withPolicy();
    const args = ['degrade', 'set', 'closed', '--reason', 'x', '--confirm'];
    expect(await cli.run(...args, 'yes')).toMatchObject({
      code: 4,
      err: expect.stringContaining('expected closed'),
    });
    expect((await cli.run(...args, 'closed')).code).toBe(0);
  });

  test('that the policy has no modes is a warning, also in JSON', async () => {
    const cli = liveCli();
    const {code, out, err} = await set(cli, 'shed-low');
    expect([code, err]).toEqual([0, expect.stringContaining('has no section "degradation"')]);
    expect(JSON.parse(out)).toMatchObject({warnings: [expect.stringContaining('no section')]});
  });

  test('who and why are shown without acting on a terminal', async () => {
    const cli = withPolicy();
    for (const key of HOSTILE_KEYS.filter((one) => one.trim() !== '').slice(0, 10)) {
      const {out} = await cli.run('degrade', 'set', 'shed-low', '--yes', `--reason=${key}`);
      expect(unsafeIn(out)).toBeUndefined();
      expect(unsafeIn((await cli.run('degrade')).out)).toBeUndefined();
      expect(unsafeIn((await cli.run('audit')).out)).toBeUndefined();
    }
  });
});

describe('degrade clear', {timeout: 60_000}, () => {
  test('gives the mode back to the rule, and says what was set', async () => {
    const cli = withPolicy();
    await set(cli, 'closed');
    const change = dataOf<DegradeChange>(
      await cli.run('degrade', 'clear', '--reason', 'over', '--json'),
      'degrade-clear',
    );
    expect(change).toMatchObject({
      changed: true,
      degradation: {mode: 'normal', from: 'rule', manual: null},
      before: {mode: 'closed', reason: 'database failover'},
    });
    expect((await stored(cli)).manual).toBeUndefined();
    const {entries} = dataOf<AuditList>(await cli.run('audit', '--json'), 'audit');
    expect(entries.map(({action, target}) => `${action} ${target}`)).toEqual([
      'degrade-clear closed',
      'degrade-set closed',
    ]);
  });

  test('nothing to clear is no failure, unless that was asked for', async () => {
    const cli = withPolicy();
    const {code, out} = await cli.run('degrade', 'clear', '--reason', 'x');
    expect([code, out]).toEqual([0, expect.stringContaining('no mode is set by hand')]);
    expect((await cli.run('degrade', 'clear', '--reason', 'x', '--fail-empty')).code).toBe(7);
    expect(await cli.with((store) => store.latest('audit', 1))).toEqual([]);
  });

  test('a dry run clears nothing', async () => {
    const cli = withPolicy();
    await set(cli, 'shed-low');
    expect((await cli.run('degrade', 'clear', '--reason', 'x', '-n')).out).toContain(
      'would be cleared · dry run',
    );
    expect((await stored(cli)).manual!.mode).toBe('shed-low');
  });

  test('one that has ended is none', async () => {
    const cli = withPolicy();
    await cli.with((store) => setManualMode(store, {mode: 'closed', by: 'a', reason: 'b', lasts: 1}));
    expect((await cli.run('degrade', 'clear', '--reason', 'x')).out).toContain('no mode is set by hand');
  });
});

describe('in a production context', {timeout: 60_000}, () => {
  const production = (): LiveCli => {
    const cli = liveCli({RATECTL_STORE: '', RATECTL_CONTEXT: 'live'}, {'ratectl.yaml': LOAD_POLICY});
    const config = join(cli.folder, '.config', 'ratectl');
    mkdirSync(config, {recursive: true});
    const store = `sqlite:${join(cli.folder, 'state.db')}`;
    writeFileSync(
      join(config, 'config.yaml'),
      `contexts:\n  live: {store: "${store}", production: true, readOnly: false}\n  locked: {store: "${store}", readOnly: true}\n`,
    );
    return cli;
  };
  test.each([
    ['set', ['set', 'shed-low', '--reason', 'x']],
    ['clear', ['clear', '--reason', 'x']],
  ])('%s wants the name of the context', async (_, args) => {
    const cli = production();
    await cli.with((store) => setManualMode(store, {mode: 'closed', by: 'a', reason: 'b'}));
    expect(await cli.run('degrade', ...args, '--yes')).toMatchObject({
      code: 4,
      err: expect.stringContaining('--confirm live'),
    });
    expect((await stored(cli)).manual!.mode).toBe('closed');
    expect((await cli.run('degrade', ...args, '--confirm', 'live')).code).toBe(0);
    expect((await stored(cli)).manual?.mode).not.toBe('closed');
  });

  test('a read-only one may look, and no more', async () => {
    const cli = production();
    await cli.with((store) => setManualMode(store, {mode: 'closed', by: 'a', reason: 'b'}));
    const args = ['--context', 'locked'];
    expect((await cli.run('degrade', ...args)).out).toContain('closed');
    const {code, err} = await cli.run('degrade', 'clear', '--reason', 'x', ...args);
    expect([code, err]).toEqual([4, expect.stringContaining('is read-only')]);
    expect((await cli.run('degrade', 'clear', '--reason', 'x', '-n', ...args)).code).toBe(0);
  });
});
