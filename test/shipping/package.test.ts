import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ROOT} from '../e2e/command.ts';
import {PtySession} from '../tui/pty-session.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly {readonly path: string}[];
}

const folder = mkdtempSync(join(tmpdir(), 'ratectl-package-'));
const app = join(folder, 'app');
const installed = join(app, 'node_modules', 'ratectl');
let packed: Packed;
let paths: readonly string[];

const run = (file: string, args: readonly string[], cwd: string): string =>
  execFileSync(file, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

const write = (name: string, text: string): void => writeFileSync(join(app, name), text);

beforeAll(() => {
  run('npm', ['run', 'types', '--silent'], ROOT);
  run('npm', ['run', 'manual', '--silent'], ROOT);
  [packed] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT),
  ) as [Packed];
  paths = packed.files.map(({path}) => path);
  mkdirSync(app);
  write('package.json', '{"name": "app", "private": true, "type": "module"}');
  // An empty cache beside --offline: nothing but the package itself is there to be installed.
  const flags = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  run('npm', ['install', ...flags, join(folder, packed.filename)], app);
}, 120_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe('the npm package', () => {
  test('holds what users need, and nothing of how it is made', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'bin/ratectl.js',
        'completions/_ratectl',
        'dist/start.cjs',
        'dist/index.js',
        'dist/types/index.d.ts',
        'dist/man/ratectl.1',
        'dist/THIRD-PARTY-NOTICES.txt',
        'examples/policies/per-ip.yaml',
      ]),
    );
    const allowed =
      /^(?:bin|dist|completions|examples|docs)\/|^(?:README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    const forbidden = /\.map$|\.test\.|(?:^|\/)test\/|^src\/|^\.ci\/|^dist\/bin\/|\.tmp$|\.db$|node_modules/;
    expect(paths.filter((path) => forbidden.test(path))).toEqual([]);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });

  test('is less than 5 MB to fetch', () => {
    expect(packed.size).toBeLessThan(5e6);
  });

  test('brings no other package with it', () => {
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'ratectl',
    ]);
  });

  test('hands on the licences of the packages whose code it holds', () => {
    const notices = readFileSync(join(installed, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['commander', 'ioredis', 'pg', 'ink', 'react', 'yaml', '@modelcontextprotocol/sdk'])
      expect(notices).toMatch(new RegExp(`^  ${name} \\d`, 'm'));
    // Every one of them with a text of its own behind the list.
    const [list = ''] = notices.split('='.repeat(80), 1);
    for (const [, one] of list.matchAll(/^ {2}(\S+ \S+) \(/gm))
      expect(notices).toMatch(new RegExp(`={80}\\n${one!.replaceAll(/[.+]/g, '\\$&')}\\n\\n\\S`));
  });

  test('starts', () => {
    const {version} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {version: string};
    expect(run('npx', ['--no-install', 'ratectl', '--version'], app).trim()).toBe(version);
  });

  test('opens the dashboard', async () => {
    const program = [process.execPath, join(installed, 'bin', 'ratectl.js'), 'demo'] as const;
    const session = new PtySession([], {cwd: app, program: [...program], columns: 120});
    await session.sees(/keys/i);
    await session.press('q');
    expect((await session.ended).exitCode).toBe(0);
  });

  test('has its presets with it', () => {
    run(process.execPath, [join(installed, 'bin', 'ratectl.js'), 'init', '--preset', 'gateway'], app);
    expect(existsSync(join(app, 'ratectl.yaml'))).toBe(true);
  });

  test('decides in plain JavaScript', () => {
    write(
      'decide.js',
      `import {createLimiter} from 'ratectl';
       const limits = [{name: 'per-ip', key: '{ip}', algorithm: 'token-bucket', rate: '1/h', burst: 1}];
       const limiter = await createLimiter({policy: {version: 1, limits}, store: 'memory:'});
       const answers = [await limiter.check({ip: 'a'}), await limiter.check({ip: 'a'})];
       console.log(answers.map(({allowed}) => allowed).join());
       await limiter.close();`,
    );
    expect(run(process.execPath, ['decide.js'], app).trim()).toBe('true,false');
  });

  test('has types that hold under strict, NodeNext and with the types of libraries checked', () => {
    write(
      'check.ts',
      `import {createLimiter, type Limiter} from 'ratectl';
       export const limiter: Promise<Limiter> = createLimiter({policy: 'ratectl.yaml', store: 'memory:'});
       // @ts-expect-error: there is no such option
       createLimiter({polcy: 'ratectl.yaml'});
       export const allowed: boolean = (await (await limiter).check({ip: 'a'})).allowed;`,
    );
    const options = {
      strict: true,
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      target: 'ES2023',
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    };
    write('tsconfig.json', JSON.stringify({compilerOptions: options, files: ['check.ts']}));
    expect(
      run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], app),
    ).toBe('');
  });

  test('every entry of exports leads to a file that is there', async () => {
    const {exports: entries} = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    };
    const targets = Object.values(entries).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    expect(targets.length).toBeGreaterThan(2);
    expect(targets.filter((target) => !existsSync(join(installed, target)))).toEqual([]);
    for (const name of Object.keys(entries)) {
      const specifier = JSON.stringify(name.replace(/^\./, 'ratectl'));
      expect(
        run(process.execPath, ['-e', `process.stdout.write(require.resolve(${specifier}))`], app),
      ).toContain('ratectl');
    }
  });
});

describe('the files of a release', () => {
  const release = (name: string, epoch: string): Readonly<Record<string, string>> => {
    const out = join(folder, name);
    const env = {...process.env, SOURCE_DATE_EPOCH: epoch};
    execFileSync(process.execPath, [join(ROOT, '.ci', 'release.mjs'), out], {env, stdio: 'pipe'});
    return Object.fromEntries(
      readdirSync(out).map((file) => [file, readFileSync(join(out, file), 'latin1')]),
    );
  };

  interface Bill {
    readonly metadata: {readonly timestamp: string};
    readonly components: readonly {
      readonly name: string;
      readonly version: string;
      readonly licenses: readonly unknown[];
      readonly hashes: readonly unknown[];
    }[];
  }

  test('are the same bytes whenever and wherever they are written', {timeout: 60_000}, () => {
    expect(release('other', '86400')).toEqual(release('one', '86400'));
  });

  test('have checksums that are right', {timeout: 60_000}, () => {
    const files = release('sums', '0');
    const sums = files['SHA256SUMS']!.trim()
      .split('\n')
      .map((line) => line.split('  '));
    expect(sums.map(([, name]) => name)).toEqual(Object.keys(files).filter((name) => name !== 'SHA256SUMS'));
    for (const [sum, name] of sums)
      expect(createHash('sha256').update(files[name!]!, 'latin1').digest('hex')).toBe(sum);
  });

  test('name every package whose code is inside, with licence and hash', {timeout: 60_000}, () => {
    const [, text = ''] = Object.entries(release('bill', '86400')).find(([name]) =>
      name.endsWith('.cdx.json'),
    )!;
    const {metadata, components} = JSON.parse(text) as Bill;
    expect(metadata.timestamp).toBe('1970-01-02T00:00:00.000Z');
    const notices = readFileSync(join(installed, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const [list = ''] = notices.split('='.repeat(80), 1);
    expect(components.map(({name, version}) => `${name} ${version}`).sort()).toEqual(
      [...list.matchAll(/^ {2}(\S+ \S+) \(/gm)].map(([, one]) => one).sort(),
    );
    expect(components.filter(({licenses, hashes}) => !licenses?.length || !hashes?.length)).toEqual([]);
  });
});
