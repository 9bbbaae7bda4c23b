import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {build} from 'esbuild';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ROOT} from '../e2e/command.ts';
import {PtySession} from '../tui/pty-session.ts';
import {fileOf, folder, install, release, run} from './release-files.ts';

const app = join(folder, 'app');
const installed = join(app, 'node_modules', 'ratectl');
/** What an earlier build may have left behind. */
const STALE = join(ROOT, 'dist', 'chunks', 'chunk-OFEARLIERSOURCES.js');
let tarball: string;
let paths: readonly string[];

const write = (name: string, text: string): void => writeFileSync(join(app, name), text);

beforeAll(() => {
  mkdirSync(dirname(STALE), {recursive: true});
  writeFileSync(STALE, '');
  try {
    tarball = fileOf(release('release', '0'), '.tgz');
  } finally {
    rmSync(STALE);
  }
  paths = run('tar', ['-tzf', tarball], folder)
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  mkdirSync(app);
  write('package.json', '{"name": "app", "private": true, "type": "module"}');
  install(tarball, app);
}, 600_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe('the npm package', {timeout: 120_000}, () => {
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

  test('holds nothing that earlier sources left in dist/', () => {
    expect(paths).not.toContain(`dist/chunks/${basename(STALE)}`);
  });

  test('says nothing of the machine that built it', () => {
    const texts = paths.filter((path) => !path.endsWith('/'));
    // The clone, and the folder that a release is put together in.
    const names = [ROOT.replace(/\/$/, ''), 'ratectl-release-'];
    const found = texts.filter((path) => {
      const text = readFileSync(join(installed, path), 'utf8');
      return names.some((name) => text.includes(name));
    });
    expect(found).toEqual([]);
  });

  test('asks nobody who installs it about scripts, and brings none', () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    expect(install(tarball, other)).not.toMatch(/script/i);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as object;
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['scripts']));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['devDependencies']));
  });

  test.skipIf(process.platform === 'win32')(
    'puts the command and its manual where they are found, when it is installed for everybody',
    () => {
      const prefix = join(folder, 'prefix');
      install(tarball, folder, '--global', '--prefix', prefix);
      expect(run(join(prefix, 'bin', 'ratectl'), ['--version'], folder)).toMatch(/^\d/);
      const pages = ['man1', 'man7'].flatMap((part) => readdirSync(join(prefix, 'share', 'man', part)));
      expect(pages.sort()).toEqual(readdirSync(join(installed, 'dist', 'man')).sort());
      expect(pages).toEqual(expect.arrayContaining(['ratectl.1', 'ratectl-exit-codes.7']));
    },
  );

  test('is less than 5 MB to fetch', () => {
    expect(statSync(tarball).size).toBeLessThan(5e6);
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

  test('decides in CommonJS, too', () => {
    write(
      'decide.cjs',
      `const {createLimiter} = require('ratectl');
       const limits = [{name: 'per-ip', key: '{ip}', rate: '1/h', burst: 1}];
       createLimiter({policy: {version: 1, limits}, store: 'memory:'}).then(async (limiter) => {
         console.log((await limiter.check({ip: 'a'})).allowed);
         await limiter.close();
       });`,
    );
    expect(run(process.execPath, ['decide.cjs'], app).trim()).toBe('true');
  });

  test.each(['esm', 'cjs'] as const)('goes into the bundle of an application: %s', async (format) => {
    const outfile = join(folder, 'bundled', format === 'esm' ? 'app.mjs' : 'app.cjs');
    write(
      'bundled.js',
      `import {createLimiter} from 'ratectl';
       const limits = [{name: 'per-ip', key: '{ip}', rate: '1/h', burst: 1}];
       const decide = async (store) => {
         const limiter = await createLimiter({policy: {version: 1, limits}, store});
         console.log((await limiter.check({ip: 'a'})).allowed);
         await limiter.close();
       };
       decide('memory:').then(() => decide('sqlite:state.db'));`,
    );
    const {errors, warnings} = await build({
      absWorkingDir: app,
      entryPoints: ['bundled.js'],
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'silent',
    });
    expect({errors, warnings}).toEqual({errors: [], warnings: []});
    expect(run(process.execPath, [outfile], dirname(outfile)).trim()).toBe('true\ntrue');
    rmSync(dirname(outfile), {recursive: true});
  });

  test.each([
    ['NodeNext', 'NodeNext', 'check.ts'],
    ['NodeNext', 'NodeNext', 'check.cts'],
    ['Node20', 'Node16', 'check.cts'],
    ['Node16', 'Node16', 'check.ts'],
    ['ESNext', 'Bundler', 'check.ts'],
  ])('has types that hold under strict, with those of libraries checked: %s, %s, %s', (...options) => {
    const [module, moduleResolution, file] = options;
    write(
      file,
      `import {createLimiter, type Limiter} from 'ratectl';
       export const limiter: Promise<Limiter> = createLimiter({policy: 'ratectl.yaml', store: 'memory:'});
       // @ts-expect-error: there is no such option
       createLimiter({polcy: 'ratectl.yaml'});
       export const allowed = async (): Promise<boolean> => (await (await limiter).check({ip: 'a'})).allowed;`,
    );
    const compilerOptions = {
      strict: true,
      module,
      moduleResolution,
      target: 'ES2023',
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    };
    write('tsconfig.json', JSON.stringify({compilerOptions, files: [file]}));
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
