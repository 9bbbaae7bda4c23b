import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {allCommands} from '../../src/cli/completion/command-tree.ts';
import {completionTree} from '../../src/cli/completion/completion-script.ts';
import {createProgram} from '../../src/cli/program.ts';
import {VERSION} from '../../src/cli/version.ts';
import {createLimiter} from '../../src/index.ts';
import {testContext} from '../cli/test-context.ts';
import {folderWith, policyOf, ROOT} from '../e2e/command.ts';
import {PATIENTLY} from '../support/in-time.ts';
import {findBinary} from '../support/servers/find-binary.ts';
import {expectRestored, PtySession} from '../tui/pty-session.ts';

const PLATFORM = `${{darwin: 'macos', win32: 'windows'}[process.platform as string] ?? process.platform}-${process.arch}`;
const BINARY = join(ROOT, 'dist', 'bin', `ratectl-${PLATFORM}`);

/** A machine without Node, and without anything else: no variable but these. */
const home = mkdtempSync(join(tmpdir(), 'ratectl-binary-'));
const BARE = {PATH: '/nonexistent', HOME: home};

beforeAll(() => {
  execFileSync('npm', ['run', 'build:binary', '--silent'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}, 600_000);
afterAll(() => rmSync(home, {recursive: true, force: true}));

const binary = (
  args: readonly string[],
  cwd = home,
  input = '',
): {code: number | null; out: string; err: string} => {
  const {status, stdout, stderr} = spawnSync(BINARY, args, {
    cwd,
    env: BARE,
    input,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return {code: status, out: stdout, err: stderr};
};

const started = (args: readonly string[], cwd: string): ChildProcess & {readonly said: () => string} => {
  const child = spawn(BINARY, args, {cwd, env: BARE, stdio: 'pipe'});
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
  onTestFinished(() => void child.kill('SIGKILL'));
  return Object.assign(child, {said: () => text});
};

const POLICY = policyOf('{name: per-ip, key: "{ip}", rate: 1/h, burst: 2}');

/** A folder with a policy and some state. */
const used = async (): Promise<string> => {
  const cwd = folderWith({'ratectl.yaml': POLICY});
  const limiter = await createLimiter({
    policy: join(cwd, 'ratectl.yaml'),
    store: `sqlite:${join(cwd, 'state.db')}`,
  });
  for (let i = 0; i < 5; i++) await limiter.check({ip: '203.0.113.7'});
  await limiter.close();
  return cwd;
};

const STORE = ['--store', 'sqlite:state.db'];

describe('the single binary, as it is built', {timeout: 120_000}, () => {
  test('is the same bytes when it is built again, and names no folder of the machine that built it', {
    timeout: 600_000,
  }, () => {
    const first = readFileSync(BINARY);
    const elsewhere = join(home, 'temporary-files');
    mkdirSync(elsewhere);
    const node = join(ROOT, 'node_modules', 'node', 'bin', 'node');
    execFileSync(node, [join(ROOT, '.ci', 'binary.mjs')], {
      stdio: 'pipe',
      env: {...process.env, TMPDIR: elsewhere},
    });
    expect(readFileSync(BINARY).equals(first)).toBe(true);
    for (const path of [ROOT.replace(/\/$/, ''), elsewhere, join(tmpdir(), 'pkg-sea-')])
      expect(first.includes(path)).toBe(false);
  });

  test('has the compiled code of common commands with it, so that they write none', async () => {
    const cwd = await used();
    expect(binary(['status', ...STORE], cwd).code).toBe(0);
    expect(existsSync(join(home, '.cache'))).toBe(false);
    expect(binary(['doctor', ...STORE], cwd).out).toContain('doctor');
    expect(readdirSync(join(home, '.cache', 'ratectl'))).toHaveLength(1);
  });
});

describe('the single binary, where there is no Node', {timeout: 180_000}, () => {
  test('says its version', () => {
    expect(binary(['--version'])).toEqual({code: 0, out: `${VERSION}\n`, err: ''});
  });

  test.each(allCommands(completionTree(createProgram(testContext()))).map(({path}) => path.slice(1)))(
    'has the command %s %s %s',
    (...path) => {
      const words = path.filter((word) => typeof word === 'string');
      const {code, out} = binary([...words, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(['Usage: ratectl', ...words].join(' '));
    },
  );

  test('writes presets and checks them', () => {
    const cwd = folderWith({});
    expect(binary(['init', '--preset', 'gateway'], cwd).code).toBe(0);
    expect(binary(['validate'], cwd).out).toContain('ok');
  });

  test('looks at state, explains it and resets it', async () => {
    const cwd = await used();
    expect(binary(['status', ...STORE], cwd).out).toContain('203.0.113.7');
    expect(binary(['explain', 'per-ip/203.0.113.7', ...STORE], cwd).out).toContain('203.0.113.7');
    expect(binary(['reset', 'per-ip/203.0.113.7', ...STORE, '--yes'], cwd)).toMatchObject({code: 0});
    expect(binary(['status', ...STORE], cwd).out).not.toContain('203.0.113.7');
    expect(binary(['audit', ...STORE], cwd).out).toContain('per-ip/203.0.113.7');
  });

  test('shows the tour of the demo, and the dashboard of the demo', async () => {
    expect(binary(['demo', '--tour'])).toMatchObject({code: 0});
    const session = new PtySession([], {cwd: home, program: [BINARY, 'demo'], columns: 120, env: BARE});
    await session.sees(/keys/i);
    await session.press('q');
    expect((await session.ended).exitCode).toBe(0);
    expectRestored(session);
  });

  test('opens the dashboard', async () => {
    const cwd = await used();
    const session = new PtySession([], {cwd, program: [BINARY, 'top', ...STORE], columns: 120, env: BARE});
    await session.sees('203.0.113.7');
    await session.press('q');
    expect((await session.ended).exitCode).toBe(0);
    expectRestored(session);
  });

  test('replays with threads as it does with one', () => {
    const line = (i: number): string =>
      `10.0.${i % 7}.${(i * i) % 251} - - [05/Jan/2026:12:${String(Math.floor(i / 9000) % 60).padStart(2, '0')}:00 +0000] "GET /${'p'.repeat(60)} HTTP/1.1" 200 1\n`;
    const block = Array.from({length: 300_000}, (_, i) => line(i)).join('');
    const cwd = folderWith({'ratectl.yaml': POLICY, 'access.log': block});
    expect(statSync(join(cwd, 'access.log')).size).toBeGreaterThan(33 * 2 ** 20);
    const report = (workers: string): unknown => {
      const {code, out, err} = binary(['simulate', 'access.log', '--workers', workers, '--json'], cwd);
      expect({code, err}).toMatchObject({code: 0});
      const {data} = JSON.parse(out) as {data: Record<string, unknown>};
      return {...data, performance: undefined};
    };
    expect(report('3')).toEqual(report('1'));
  });

  test('serves the page', async () => {
    const cwd = await used();
    const child = started(['serve', ...STORE, '--listen', '127.0.0.1:0'], cwd);
    await expect.poll(child.said, PATIENTLY).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(child.said()) ?? [];
    expect(await (await fetch(`${url}/`)).text()).toContain('<!doctype html>');
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('ratectl_');
  });

  test('talks to assistants over its standard streams', async () => {
    const cwd = await used();
    const child = started(['serve', ...STORE, '--mcp', 'stdio'], cwd);
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: {name: 'test', version: '1'},
    };
    child.stdin!.write(`${JSON.stringify({jsonrpc: '2.0', id: 1, method: 'initialize', params})}\n`);
    await expect.poll(child.said, PATIENTLY).toContain('"serverInfo"');
  });

  test('makes load with processes of its own', () => {
    const cwd = folderWith({});
    const args = [
      'bench',
      '--store',
      'sqlite:bench.db',
      '--processes',
      '2',
      '--duration',
      '1s',
      '--warmup',
      '100ms',
      '--json',
    ];
    const {code, out, err} = binary(args, cwd);
    expect({code, err}).toMatchObject({code: 0});
    expect(out).toContain('"processes": 2');
  });

  test('runs the program "node" that a passwordCommand names, not itself', async () => {
    const cwd = folderWith({node: '#!/bin/sh\necho said by the other node >&2\nexit 3\n'});
    chmodSync(join(cwd, 'node'), 0o755);
    mkdirSync(join(cwd, '.ratectl'));
    writeFileSync(
      join(cwd, '.ratectl', 'config.yaml'),
      'contexts: {c: {store: "redis://127.0.0.1:1", passwordCommand: [node, --version]}}\n',
    );
    const {stderr} = spawnSync(BINARY, ['status', '-c', 'c'], {
      cwd,
      env: {...BARE, PATH: `${cwd}:/bin:/usr/bin`},
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/passwordCommand|password command|only.*user/i);
    expect(stderr).not.toContain(VERSION);
  });

  test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
    'runs in a root folder that holds nothing but the libraries of C',
    () => {
      const root = folderWith({});
      const libraries = execFileSync('ldd', [BINARY], {encoding: 'utf8'}).matchAll(/(\/\S+) \(0x/g);
      for (const [, path] of libraries) {
        mkdirSync(join(root, dirname(path!)), {recursive: true});
        copyFileSync(path!, join(root, path!));
      }
      copyFileSync(BINARY, join(root, 'ratectl'));
      writeFileSync(join(root, 'ratectl.yaml'), POLICY);
      const {status, stdout, stderr} = spawnSync(findBinary('chroot')!, [root, '/ratectl', 'validate'], {
        env: BARE,
        encoding: 'utf8',
      });
      expect({status, stderr}).toEqual({status: 0, stderr: ''});
      expect(stdout).toContain('ok');
      expect(existsSync(join(root, 'usr', 'bin', 'node'))).toBe(false);
    },
  );

  test('is less than 160 MB', () => {
    expect(statSync(BINARY).size).toBeLessThan(160e6);
  });
});
