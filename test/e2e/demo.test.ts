import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {textWidth} from '../../src/view/text-width.ts';
import {BIN, folderWith, ratectl, type Start} from './command.ts';
import {slowness} from './slowness.ts';

/** Node's own cache would stand beside what the demo leaves. */
const NO_CACHE = {NODE_DISABLE_COMPILE_CACHE: '1'};

/** Runs the demo with a folder for temporary files of its own, and says what is left in it. */
const demo = async (args: readonly string[] = [], {env = {}, ...start}: Start = {}) => {
  const temp = folderWith({});
  const ended = await ratectl(['demo', ...args], {
    ...start,
    env: {...NO_CACHE, TMPDIR: temp, COLUMNS: '80', ...env},
  });
  return {...ended, temp, left: readdirSync(temp)};
};

/** Runs the demo until it is live, sends the signal, and says what there was in the folder then. */
const interrupted = async (temp: string, signal: NodeJS.Signals) => {
  const child = spawn(process.execPath, [BIN, 'demo'], {
    env: {...process.env, ...NO_CACHE, TMPDIR: temp},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let during: readonly string[] | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!text.includes('Now live') || during !== undefined) return;
    during = readdirSync(temp);
    child.kill(signal);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return {code, during};
};

/** Where the answer of a command begins, in the order of the tour. */
const screensOf = (out: string): readonly string[] =>
  out.split(
    /\n\n(?= {2}(?:alerts|reset|undo|override|provider|audit) {2}| {2}store {2}[^$]{0,300}?\n\napi\/acme · |\S+% of \S+ checks)/,
  );

const SCREENS = 11;

/** The rows of a status screen, as `state limit/key`. */
const rowsOf = (screen: string): readonly string[] =>
  [...screen.matchAll(/^ {2}(limited|near|blocked) +(\S+) +(\S+) {2}/gm)].map(
    ([, state, limit, key]) => `${state} ${limit}/${key}`,
  );

describe('ratectl demo', {timeout: 120_000}, () => {
  test('shows the replay and then every live screen within 20 seconds, and leaves nothing behind', async () => {
    const startedAt = performance.now();
    const {code, out, err, left} = await demo();
    const took = performance.now() - startedAt;
    expect(took).toBeLessThan(20_000 * (await slowness()));
    expect([code, left]).toEqual([0, []]);
    const [
      replay,
      status,
      explain,
      dryRun,
      reset,
      undo,
      override,
      wouldRefresh,
      refreshed,
      audit,
      report,
      ...more
    ] = screensOf(out);
    expect(more).toEqual([]);
    expect(replay).toContain('477 of 2,117 requests denied');
    expect(rowsOf(status!)).toEqual(
      expect.arrayContaining(['limited api/acme', 'limited login/203.0.113.66', 'near api/globex']),
    );
    expect(explain).toMatch(/api\/acme · tier free · (?:limited|near)[\s\S]+token bucket 6\/m, burst 60/);
    expect(dryRun).toMatch(/1 key would be reset · dry run[\s\S]+initech/);
    expect(reset).toMatch(/1 key reset[\s\S]+receipt +initech\.jsonl/);
    expect(undo).toMatch(/1 key restored[\s\S]+\.ratectl\/receipts\/undo-/);
    expect(override).toMatch(/login\/203\.0\.113\.66\n +holds +blocked/);
    expect(wouldRefresh).toMatch(/billing · would be refreshed · dry run/);
    expect(refreshed).toMatch(/billing · refreshed\n +token +generation 1 → 2/);
    expect(audit).toMatch(/token-refresh[\s\S]+override-set[\s\S]+undo[\s\S]+reset[\s\S]+token-put/);
    expect(report).toMatch(
      /Traffic[\s\S]+Most refused keys[\s\S]+Tokens[\s\S]+Circuit breakers[\s\S]+Queues/,
    );
    expect(err).not.toMatch(/^(?:warning|ratectl): /m);
  });

  test('its status has tokens, breakers, queues and instances', async () => {
    const {out} = await demo();
    const status = screensOf(out)[1]!;
    expect(status).toMatch(/queue mails has \d+ dead item/);
    expect(status).toMatch(/^ {2}crm +valid[\s\S]+^ {2}billing +valid/m);
    expect(status).toMatch(/^ {2}payments +(?:open|half-open) /m);
    expect(status).toMatch(/^ {2}mails +\d/m);
    expect(status.match(/ token-manager /g)).toHaveLength(3);
    expect(status).toContain('leads, fencing token 1');
  });

  test('says each command before its answer, on standard error', async () => {
    const {out, err} = await demo();
    expect(out).not.toContain('$ ratectl status');
    expect([...err.matchAll(/^\$ ratectl ([a-z-]+(?: set)?)/gm)].map(([, command]) => command)).toEqual([
      'simulate',
      'status',
      'explain',
      'reset',
      'reset',
      'reset',
      'override set',
      'force-refresh',
      'force-refresh',
      'audit',
      'report',
    ]);
  });

  test('--keep leaves the store, and says how to look at it', async () => {
    const {code, err, left, temp} = await demo(['--tour', '--keep']);
    expect([code, left.length]).toEqual([0, 1]);
    const [, command] = /^ {2}ratectl (status --store sqlite:\S+)$/m.exec(err)!;
    expect(command).toContain(join(temp, left[0]!));
    const status = await ratectl([...command!.split(' '), '--no-config'], {cwd: temp});
    expect(rowsOf(status.out)).toEqual(
      expect.arrayContaining(['blocked login/203.0.113.66', 'limited api/acme']),
    );
    expect(err).toContain(`  rm -r ${join(temp, left[0]!)}\n`);
    // The token is useless without the key, which is nowhere.
    const token = await ratectl(['force-refresh', 'crm'], {cwd: join(temp, left[0]!)});
    expect([token.code, token.err]).toEqual([2, expect.stringContaining('no key is set')]);
  });

  test('--quiet leaves the screens', async () => {
    const {code, out, err} = await demo(['--quiet']);
    expect([code, err, screensOf(out).length]).toEqual([0, '', SCREENS]);
  });

  test.each(['json', 'jsonl', 'csv', 'md'])('-o %s is one document: the replay', async (format) => {
    const [shown, replay] = await Promise.all([
      demo(['-o', format], {env: {SOURCE_DATE_EPOCH: '1767614400'}}),
      ratectl(['simulate', 'examples/traces/shop.log', '-p', 'examples/policies/per-ip.yaml', '-o', format], {
        env: {SOURCE_DATE_EPOCH: '1767614400'},
      }),
    ]);
    const untimed = (text: string): string => text.replace(/"performance": \{[^}]*\}/, '');
    expect([shown.code, shown.left]).toEqual([0, []]);
    expect(untimed(shown.out)).toBe(untimed(replay.out));
    expect(shown.err).not.toContain('ratectl status');
  });

  test('--keep is refused where there is no store', async () => {
    const {code, out, err, left} = await demo(['--keep', '--json']);
    expect([code, out, left]).toEqual([2, '', []]);
    expect(err).toMatch(/^ratectl: --keep with -o json: .+\n {2}hint: /);
  });

  test.each([60, 80])('fits %i columns', async (columns) => {
    // A long name of the folder for temporary files is broken; the last lines are commands to copy.
    const {out, err} = await demo([], {env: {COLUMNS: String(columns)}});
    const said = err.replace(/^note: .*$/gm, '').replace(/^Next:[\s\S]*/m, '');
    const wide = `${out}\n${said}`.split('\n').filter((line) => textWidth(line) > columns);
    expect(wide).toEqual([]);
  });

  test('has colour when asked only', async () => {
    expect((await demo()).out).not.toContain('\u001b');
    expect((await demo([], {env: {NO_COLOR: '1', FORCE_COLOR: '1'}})).out).not.toContain('\u001b');
    const {out} = await demo(['--color', 'always']);
    for (const screen of screensOf(out.replaceAll(/^\u001b\[\d+m/gm, '')))
      expect(screen).toContain('\u001b[');
  });

  test('--ascii holds for every screen', async () => {
    const {out, err} = await demo(['--ascii']);
    expect(out).toMatch(/^[\x00-\x7f]+$/);
    expect(err).toMatch(/^[\x00-\x7f]+$/);
  });

  test('a reader that goes away is no failure, and nothing is left', async () => {
    const temp = folderWith({});
    const child = spawn(process.execPath, [BIN, 'demo'], {
      env: {...process.env, ...NO_CACHE, TMPDIR: temp},
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in the middle ends it with %i, and nothing is left', async (signal, expected) => {
    // The demo takes a moment: on a busy machine it may be over before the signal is there.
    for (let i = 0; i < 20; i++) {
      const temp = folderWith({});
      const {code, during} = await interrupted(temp, signal);
      expect(readdirSync(temp)).toEqual([]);
      if (code === 0 || during?.length === 0) continue;
      expect(during).toHaveLength(1);
      expect(code).toBe(expected);
      return;
    }
    expect.unreachable('no run was interrupted');
  });
});

describe('ratectl demo never touches what is not its own', {timeout: 120_000}, () => {
  const CONFIG =
    'store: sqlite:configured.db\ncontexts:\n  live: {store: "sqlite:live.db", production: true}\n';

  test.each([
    [
      'a store that cannot be reached, another policy, prefix and key, and no writing',
      {
        RATECTL_STORE: 'redis://127.0.0.1:1',
        RATECTL_POLICY: 'no.yaml',
        RATECTL_PREFIX: 'x',
        RATECTL_READ_ONLY: '1',
        RATECTL_VAULT_KEY_FILE: 'no.keys',
      },
    ],
    [
      'a production context, and a store URL that is wrong',
      {RATECTL_CONTEXT: 'live', RATECTL_STORE: 'nonsense://'},
    ],
    [
      'a context that is not there, and switches that are wrong',
      {RATECTL_CONTEXT: 'nowhere', RATECTL_NO_CONFIG: 'perhaps', RATECTL_TIMEOUT: 'soon'},
    ],
  ])('with %s in the environment', async (_title, env) => {
    const cwd = folderWith({'ratectl.yaml': 'this is no policy'});
    mkdirSync(join(cwd, '.ratectl'));
    const files = {'config.yaml': CONFIG, 'state.db': 'not a database'};
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, '.ratectl', name), text);
    const {code, out, left} = await demo([], {
      cwd,
      env: {HOME: cwd, XDG_STATE_HOME: join(cwd, 'state'), ...env},
    });
    expect([code, left, screensOf(out).length]).toEqual([0, [], SCREENS]);
    expect(readdirSync(cwd).sort()).toEqual(['.ratectl', 'ratectl.yaml']);
    expect(readdirSync(join(cwd, '.ratectl')).sort()).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files))
      expect(readFileSync(join(cwd, '.ratectl', name), 'utf8')).toBe(text);
  });

  test('works in a folder that cannot be written, without a home', async () => {
    const cwd = folderWith({});
    chmodSync(cwd, 0o555);
    const {code, out, left} = await demo([], {cwd, env: {HOME: '', XDG_STATE_HOME: '', XDG_CONFIG_HOME: ''}});
    expect([code, left, screensOf(out).length]).toEqual([0, [], SCREENS]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('says so when there is no place for temporary files', async () => {
    const cwd = folderWith({file: ''});
    const env = {...NO_CACHE, TMPDIR: join(cwd, 'file', 'tmp')};
    const {code, err} = await ratectl(['demo'], {cwd, env});
    expect(code).toBe(2);
    expect(err).toMatch(
      /ratectl: cannot make a temporary folder in ".*": a part of the path is not a folder\n {2}hint: /,
    );
  });
});
