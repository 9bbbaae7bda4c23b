import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {setManualMode} from '../../src/store/control-document.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {folderWith, ratectl} from '../e2e/command.ts';
import {LOAD_POLICY} from '../operate/load-state.ts';
import {lastingLoad} from '../serve/lasting-load.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {ENTER, ESC, expectRestored, PtySession, type PtyStart} from './pty-session.ts';
import {fillKeys, syntheticStore, TOP_POLICY} from './synthetic-store.ts';

const CONFIG = `contexts:
  prod: {store: "sqlite:../state.db", production: true, readOnly: false}
  locked: {store: "sqlite:../state.db", production: true}
  other: {store: "sqlite:../other.db"}
`;

const using = async <T>(folder: string, url: string, use: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore(parseStoreUrl(url, {folder, env: {}, name: 'test'}), {access: 'write'});
  try {
    return await use(store);
  } finally {
    await store.close();
  }
};

const STATE = 'sqlite:state.db';

/** A folder with a policy, contexts, and an SQLite store with something for every pane. */
const place = async (): Promise<string> => {
  const folder = folderWith({'ratectl.yaml': TOP_POLICY});
  await using(folder, `sqlite:${join(folder, 'state.db')}`, syntheticStore);
  return folder;
};

/** The same, and contexts in the project's configuration. */
const withContexts = async (): Promise<string> => {
  const folder = await place();
  mkdirSync(join(folder, '.ratectl'), {recursive: true});
  writeFileSync(join(folder, '.ratectl', 'config.yaml'), CONFIG);
  return folder;
};

const HOME = {RATECTL_ACTOR: 'ada', XDG_CONFIG_HOME: '/nonexistent'};

const top = async (
  args: readonly string[] = [],
  more: Partial<PtyStart> = {},
  command = ['top', '--store', STATE],
): Promise<{readonly session: PtySession; readonly folder: string}> => {
  const folder = more.cwd ?? (await place());
  const session = new PtySession([...command, ...args], {
    ...more,
    cwd: folder,
    env: {...HOME, HOME: folder, ...more.env},
  });
  return {session, folder};
};

const keysIn = (folder: string): Promise<readonly string[]> =>
  using(folder, `sqlite:${join(folder, 'state.db')}`, async (store) => {
    const found: string[] = [];
    for await (const {rows} of store.scan({keys: {kind: 'all'}}))
      for (const {address} of rows) found.push(`${address.limit}/${address.key}`);
    return found;
  });

const auditOf = (folder: string): Promise<readonly unknown[]> =>
  using(folder, `sqlite:${join(folder, 'state.db')}`, async (store) =>
    (await store.latest('audit', 10)).map(({value}) => value),
  );

describe('on a terminal', {timeout: 90_000}, () => {
  test('starts, filters, sorts, explains, follows the size, and leaves the terminal as it was', async () => {
    const {session} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.turnsOn(1049, 1006);
    await session.turnsOff(25);
    for (const pane of ['limits', 'tokens']) await session.sees(`── ${pane}`);
    await session.press('/', ...'acme|2001', ENTER);
    await session.sees('1-2 of 2');
    await session.seesNot('198.51.100.4');
    await session.press(ESC);
    await session.sees('1-9 of 9');
    await session.press('s', 's');
    await session.sees('most refusals first');
    await session.press('G', 'g', 'j');
    await session.sees('›');
    await session.press(ENTER);
    await session.sees('─› explain');
    await session.sees('token bucket 20/d');
    await session.press(ESC);
    await session.sees('─› keys');
    session.resize(60, 20);
    await session.sees(/1-\d of 9/);
    session.resize(40, 12);
    await session.sees('(+6: Tab)');
    session.resize(200, 50);
    await session.sees('── breakers');
    await session.sees('── events');
    await session.press('?');
    await session.sees('all marks');
    await session.press('q');
    await session.seesNot('all marks');
    await session.press('q');
    expect(await session.ended).toMatchObject({exitCode: 0});
    expectRestored(session);
    expect(session.screen.text.trim()).toBe('');
  });

  test('under load, pools and what control does are panes of their own; a mode set meanwhile is seen at the next look', async () => {
    const folder = folderWith({'ratectl.yaml': LOAD_POLICY});
    const url = `sqlite:${join(folder, 'state.db')}`;
    await using(folder, url, lastingLoad);
    const {session} = await top([], {cwd: folder});
    await session.sees('! degradation mode is shed-low');
    await session.sees('── breakers');
    await session.press(...Array<string>(5).fill('\t'));
    await session.sees('─› pools');
    await session.sees(/api +6 +10 → 6 +4\/50/);
    await session.press('\t');
    await session.sees('─› load');
    await session.sees('pool api: 10 →');
    const mode = {mode: 'closed', by: 'ada@desk', reason: 'repair'} as const;
    await using(folder, url, (store) => setManualMode(store, mode));
    await session.sees(/closed +hand/);
    await session.press('q');
    expect(await session.ended).toMatchObject({exitCode: 0});
    expectRestored(session);
  });

  test('the wheel moves, a click chooses, "m" gives the mouse back', async () => {
    const {session} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press(`${ESC}[<65;10;20M`, `${ESC}[<65;10;20M`);
    await session.sees('› ■ limited  plan        acme');
    const line = session.screen.text.split('\n').findIndex((text) => text.includes('203.0.113.8'));
    await session.press(`${ESC}[<0;10;${line + 1}M`, `${ESC}[<0;10;${line + 1}m`);
    await session.sees('› ■ limited  per-ip      203.0.113.8');
    await session.press('m');
    await session.turnsOff(1000);
    await session.sees('keys');
    await session.press('y');
    await session.sees('copied per-ip/203.0.113.8');
    await session.writes(`${ESC}]52;c;${Buffer.from('per-ip/203.0.113.8').toString('base64')}\u0007`);
  });

  test('keys that were pressed faster than they are read all count; pasted text is no command', async () => {
    const {session} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('jjj');
    await session.sees('› ■ limited  per-ip      2001:db8');
    await session.press(`${ESC}[200~qD\rkk${ESC}[201~`);
    await session.press('j');
    await session.sees('› □ shadow');
  });

  test('Ctrl-L paints all of it again, also while nothing changes', async () => {
    const {session} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press(' ');
    await session.sees('PAUSED');
    // Another program wrote over it.
    session.screen.write(`${ESC}7${ESC}[3;1Hgarbage from elsewhere${ESC}[30;1H`);
    const before = session.screen.raw.length;
    await session.press('\u000c');
    await session.seesNot('garbage');
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.writes('198.51.100.5', before);
  });

  test('--ascii draws with ASCII, NO_COLOR without colours, and CI changes nothing', async () => {
    const {session} = await top(['--ascii'], {env: {NO_COLOR: '1', CI: 'true'}});
    await session.sees('> # limited  per-ip      203.0.113.7');
    expect(session.screen.text).toMatch(/^[\n -~]*$/);
    expect(session.screen.raw).not.toMatch(/\u001b\[[\d;]*m/);
  });

  test('a locale without UTF-8 is ASCII, too', async () => {
    const {session} = await top([], {env: {LC_ALL: 'de_DE.ISO-8859-1', LANG: 'de_DE.ISO-8859-1'}});
    await session.sees('> # limited');
    expect(session.screen.text).toMatch(/^[\n -~]*$/);
  });

  test('for a screen reader it is sentences on the usual screen', async () => {
    const {session} = await top(['--screen-reader']);
    await session.sees('Chosen: per-ip/203.0.113.7: limited, 0 of 20 left');
    expect(session.screen.modes).not.toContain(1049);
    expect(session.screen.modes).not.toContain(1000);
    await session.press('q');
    expect(await session.ended).toMatchObject({exitCode: 0});
    expectRestored(session);
  });

  test('status --watch is the same dashboard, and ends with 5 as soon as --fail-on holds', async () => {
    const {session} = await top(['--fail-on', 'limited'], {}, ['status', '--watch', '--store', STATE]);
    expect(await session.ended).toMatchObject({exitCode: 5});
    expect(session.screen.raw).toContain(`${ESC}[?1049h`);
    expectRestored(session);
  });

  test('pause stands still until it goes on', async () => {
    const {session, folder} = await top(['--interval', '250ms']);
    await session.sees('1-9 of 9');
    await session.press(' ');
    await session.sees('PAUSED');
    await using(folder, `sqlite:${join(folder, 'state.db')}`, (store) =>
      fillKeys(store, [['192.0.2.77', 21, 9]]),
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    await session.sees('1-9 of 9');
    await session.press(' ');
    await session.sees('of 10 ─');
  });

  test('another context is another store', async () => {
    const folder = await withContexts();
    await using(folder, `sqlite:${join(folder, 'other.db')}`, (store) =>
      fillKeys(store, [['192.0.2.99', 21, 9]]),
    );
    const {session} = await top([], {cwd: folder});
    await session.sees('203.0.113.7');
    await session.press('c');
    await session.sees('─› contexts');
    await session.sees('production, read-only');
    await session.press('j');
    await session.sees(/> +other/);
    await session.press(ENTER);
    await session.sees('192.0.2.99');
    await session.seesNot('203.0.113.7');
    await session.sees('ratectl · other');
  });
});

describe('changes', {timeout: 90_000}, () => {
  test('a reset shows its dry run, asks why, wants a confirmation; receipt and audit are written', async () => {
    const {session, folder} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('D');
    await session.sees('1 key would be reset');
    expect(await keysIn(folder)).toContain('per-ip/203.0.113.7');
    await session.press(...'customer call', ENTER);
    await session.sees('type y to reset this key');
    await session.press('y', ENTER);
    await session.sees('1 key reset');
    expect(await keysIn(folder)).not.toContain('per-ip/203.0.113.7');
    const receipts = readdirSync(join(folder, '.ratectl', 'receipts'));
    expect(receipts).toHaveLength(1);
    expect(readFileSync(join(folder, '.ratectl', 'receipts', receipts[0]!), 'utf8')).toContain(
      'customer call',
    );
    expect((await auditOf(folder))[0]).toMatchObject({
      action: 'reset',
      by: 'ada',
      why: 'customer call',
      target: 'per-ip/203.0.113.7',
      keys: 1,
    });
    await session.press(ENTER);
    await session.sees('1-8 of 8');
    const undone = await ratectl(
      [
        'reset',
        '--undo',
        join('.ratectl', 'receipts', receipts[0]!),
        '--store',
        STATE,
        '--yes',
        '--reason',
        'x',
      ],
      {cwd: folder, env: {HOME: folder}},
    );
    expect(undone).toMatchObject({code: 0});
    expect(await keysIn(folder)).toContain('per-ip/203.0.113.7');
  });

  test('several marked keys need a reason and their number', async () => {
    const {session, folder} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('x', 'x', 'D');
    await session.sees('2 keys would be reset');
    await session.press(ENTER);
    await session.sees('say why in a few words');
    await session.press(...'bad deploy', ENTER);
    await session.sees('type 2 to reset these 2 keys');
    await session.press('y', ENTER);
    await session.sees('does not match: expected 2');
    expect(await keysIn(folder)).toContain('per-ip/203.0.113.7');
    await session.press(ENTER, 'D', ...'bad deploy', ENTER);
    await session.sees('type 2 to reset these 2 keys');
    await session.press('2', ENTER);
    await session.sees('2 keys reset');
    const left = await keysIn(folder);
    expect(left).not.toContain('per-ip/203.0.113.7');
    expect(left).not.toContain('per-ip/203.0.113.8');
    expect(readdirSync(join(folder, '.ratectl', 'receipts'))).toHaveLength(1);
    expect((await auditOf(folder)).slice(0, 2)).toMatchObject([
      {action: 'reset', keys: 2},
      {action: 'reset-started'},
    ]);
  });

  test('Esc leaves everything as it was', async () => {
    const {session, folder} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('D');
    await session.sees('1 key would be reset');
    await session.press('x', ENTER);
    await session.sees('type y');
    await session.press('y', ESC);
    await session.sees('─› keys');
    expect(await keysIn(folder)).toContain('per-ip/203.0.113.7');
    expect(await auditOf(folder)).toHaveLength(1);
  });

  test('an override shows its dry run and wants a confirmation', async () => {
    const {session, folder} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('o', ...'--block --for 1h', ENTER, ...'scraper', ENTER);
    await session.sees('dry run: nothing was changed');
    await session.sees('type y to set this override');
    await session.press('y', ENTER);
    await session.sees('holds     blocked');
    await session.press(ENTER);
    await session.sees('× 1 blocked');
    expect((await auditOf(folder))[0]).toMatchObject({action: 'override-set', why: 'scraper'});
  });

  test.each([
    ['what is no flag', 'block', 'expected flags'],
    ['a flag there is not', '--blok', "unknown option '--blok'"],
    ['a flag that the dashboard answers itself', '--block --yes', '--yes is asked for by the dashboard'],
    ['nothing that holds', '--for 1h', 'expected --block, --exempt'],
  ])('an override of %s is refused, and nothing is set', async (_, what, message) => {
    const {session, folder} = await top();
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.press('o', ...what, ENTER, 'x', ENTER);
    await session.sees(message);
    expect(await auditOf(folder)).toHaveLength(1);
  });

  test('in production the name of the context is typed', async () => {
    const cwd = await withContexts();
    const {session, folder} = await top([], {cwd}, ['top', '--context', 'prod']);
    await session.sees('ratectl · prod · production');
    await session.press('D');
    await session.sees('1 key would be reset');
    await session.press(ENTER);
    await session.sees('say why in a few words');
    await session.press('x', ENTER);
    await session.sees('type prod to reset this key');
    await session.press('y', ENTER);
    await session.sees('does not match: expected the name of the context, "prod"');
    expect(await keysIn(folder)).toContain('per-ip/203.0.113.7');
    await session.press(ENTER, 'o', ...'--exempt --for 1h', ENTER, 'x', ENTER);
    await session.sees('type prod to set this override');
    await session.press('y', ENTER);
    await session.sees('does not match');
    expect(await auditOf(folder)).toHaveLength(1);
    await session.press(ENTER, 'D', 'x', ENTER);
    await session.sees('type prod to reset this key');
    await session.press(...'prod', ENTER);
    await session.sees('1 key reset');
    expect(await keysIn(folder)).not.toContain('per-ip/203.0.113.7');
  });

  test('in a read-only context the keys for it are not there', async () => {
    const cwd = await withContexts();
    const {session} = await top([], {cwd}, ['top', '--context', 'locked']);
    await session.sees('ratectl · locked · read-only');
    await session.press('D', 'o', 'x');
    await session.press('?');
    await session.sees('read-only: no key changes anything here');
    expect(session.screen.text).not.toContain('reset the');
    expect(session.screen.text).not.toContain('marked');
  });
});

describe('the store is lost', {timeout: 90_000}, () => {
  test('what was seen stays with its age, and the store is found again without a restart', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const folder = folderWith({'ratectl.yaml': TOP_POLICY});
    await using(folder, redis.url, syntheticStore);
    const {session} = await top(['--interval', '250ms'], {cwd: folder}, ['top', '--store', redis.url]);
    await session.sees('203.0.113.7');
    await redis.kill();
    await session.sees('! STALE for');
    await session.sees(/STALE for (?:[2-9]|\d\d)s/);
    await session.sees('203.0.113.7');
    await redis.start();
    await using(folder, redis.url, (store) => fillKeys(store, [['192.0.2.55', 21, 9]]));
    await session.seesNot('STALE');
    await session.sees('192.0.2.55');
    await session.press('q');
    expect(await session.ended).toMatchObject({exitCode: 0});
    expectRestored(session);
  });

  test('a store that hangs is lost after the time-out, and keys are answered meanwhile', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const folder = folderWith({'ratectl.yaml': TOP_POLICY});
    await using(folder, redis.url, syntheticStore);
    const args = ['--interval', '250ms', '--timeout', '3s'];
    const {session} = await top(args, {cwd: folder}, ['top', '--store', redis.url]);
    await session.sees('203.0.113.7');
    redis.signal('SIGSTOP');
    await session.press('/', ...'acme');
    await session.sees('1-1 of 1');
    await session.sees('! STALE for');
    redis.signal('SIGCONT');
    await session.seesNot('STALE');
  });

  test('before the first look: exit 3, and the message on the usual screen', async () => {
    const folder = folderWith({'ratectl.yaml': TOP_POLICY});
    const {session} = await top([], {cwd: folder}, ['top', '--store', 'redis://127.0.0.1:1']);
    expect(await session.ended).toMatchObject({exitCode: 3});
    expectRestored(session);
    expect(session.screen.text).toContain('cannot');
  });
});

describe('however it ends, the terminal is as it was', {timeout: 90_000}, () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s', async (signal, exitCode) => {
    const {session} = await top();
    await session.sees('203.0.113.7');
    session.signal(signal);
    expect(await session.ended).toMatchObject({exitCode});
    expectRestored(session);
  });

  test('Ctrl-C', async () => {
    const {session} = await top();
    await session.sees('203.0.113.7');
    // Behind the first frame: keys are read as they are pressed.
    await session.turnsOn(1000);
    await session.press('\u0003');
    expect(await session.ended).toMatchObject({exitCode: 0});
    expectRestored(session);
  });

  test('a crash, whose message is on the usual screen', async () => {
    const boom = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("boom")})';
    const {session} = await top([], {node: ['--import', boom]});
    await session.sees('203.0.113.7');
    session.signal('SIGUSR2');
    expect(await session.ended).toMatchObject({exitCode: 1});
    expectRestored(session);
    expect(session.screen.text).toContain('boom');
  });

  test('Ctrl-Z gives the terminal to the shell, fg takes it back', async () => {
    const folder = await place();
    const session = new PtySession([], {
      cwd: folder,
      program: ['bash', '--norc', '--noprofile', '-i'],
      env: {...HOME, HOME: folder, PS1: 'shell> '},
    });
    await session.sees('shell>');
    const bin = join(import.meta.dirname, '..', '..', 'bin', 'ratectl.js');
    await session.press(`${process.execPath} ${bin} top --store ${STATE}\r`);
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    await session.turnsOn(1000);
    await session.press('\u001a');
    await session.sees('Stopped');
    expect(session.screen.modes).not.toContain(1049);
    expect(session.screen.modes).not.toContain(1000);
    expect(session.screen.modes).toContain(25);
    await session.press('echo "it is $((40 + 2))"\r');
    await session.sees('it is 42');
    await session.press('fg\r');
    await session.sees('› ■ limited  per-ip      203.0.113.7');
    // The row may be seen in the middle of the first frame; the mouse is asked for behind it.
    await session.turnsOn(1000, 1049);
    await session.press('j');
    await session.sees('› ■ limited  per-ip      203.0.113.8');
    await session.press('q');
    await session.sees('shell>');
    await session.press('exit\r');
    await session.ended;
    expect(session.screen.modes).not.toContain(1049);
    expect(session.screen.modes).not.toContain(1000);
  });
});

describe('without a terminal', () => {
  test('top says what to use instead (exit 2)', async () => {
    const folder = await place();
    const ended = await ratectl(['top', '--store', STATE], {cwd: folder, env: {HOME: folder}});
    expect(ended).toMatchObject({code: 2, out: ''});
    expect(ended.err).toContain('top needs a terminal');
    expect(ended.err).toContain('ratectl status --watch -o jsonl');
  });
});

test('whoever does not open the dashboard does not load Ink', () => {
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const files = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
  expect(files).toContain('commands-live.cjs');
  for (const file of files)
    expect(readFileSync(join(dist, file), 'utf8'), file).not.toMatch(/yoga|react\.element/i);
  expect(readFileSync(join(dist, 'tui.mjs'), 'utf8')).toMatch(/yoga/i);
});
