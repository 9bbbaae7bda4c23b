// What lies beside a release, in dist/bin/ or the folder that is named: npm run release:files [-- FOLDER], after
// npm run build:binary.
//
//   ratectl-VERSION.tgz       the npm package, to be published as it is
//   ratectl-VERSION.cdx.json  bill of materials (CycloneDX): the packages whose code is in it or in the binaries
//   LICENSES.txt              licences of ratectl, those packages, Node and what the binary is made with
//   SHA256SUMS                of all of them and the binaries
//
// The same sources give the same bytes: dates are SOURCE_DATE_EPOCH, else that of the commit.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist', 'bin'));
const {name, version} = createRequire(import.meta.url)('../package.json');

const run = (file, args, cwd = ROOT) =>
  execFileSync(file, args, {cwd, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe']});

const epoch = () => {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined) return Number(given);
  try {
    return Number(run('git', ['log', '-1', '--format=%ct']));
  } catch {
    return 0;
  }
};

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const manifestOf = (one) => manifestIn(join(ROOT, 'node_modules', ...one.split('/')));

/**
 * The package as it is published, in a folder of its own. dist/ is built anew: in that of the clone may lie what earlier
 * sources gave. The manifest is without what only serves development, so that npm asks nobody who installs it about scripts
 * that are not for him, and names the pages of the manual one by one, because npm links no folder of them.
 */
const stage = (folder) => {
  const {scripts: _, devDependencies: __, allowScripts: ___, ...manifest} = manifestIn(ROOT);
  for (const entry of manifest.files.filter((one) => !/^!|^dist$/.test(one)))
    cpSync(join(ROOT, entry), join(folder, entry), {recursive: true});
  const built = join(folder, 'dist');
  const typescript = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [join('.ci', 'bundle.mjs'), built]);
  run(process.execPath, [typescript, '--project', 'tsconfig.types.json', '--outDir', join(built, 'types')]);
  run(process.execPath, [join('.ci', 'manual.mjs'), join(built, 'man')]);
  const man = readdirSync(join(built, 'man')).sort().map((page) => `dist/man/${page}`);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({...manifest, man}, null, 2)}\n`);
  // npm keeps modes, which follow the umask of whoever cloned.
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
};

/** A UUID that is the same for the same text. */
const uuidOf = (text) => {
  const hex = sha256(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** What the binaries are made with, and hold besides the bundle. */
const IN_BINARIES = ['node', '@yao-pkg/pkg', '@roberts_lando/vfs'];

/** npm knows all packages of the lock file; those in the bundle and the binaries are what is shipped. */
const billOfMaterials = (staged) => {
  const inBinaries = new Set(IN_BINARIES.map((one) => `${one}@${manifestOf(one).version}`));
  const inBundle = JSON.parse(readFileSync(join(staged, 'dist', 'bundled-packages.json'), 'utf8'));
  const shipped = new Set([...inBundle, ...inBinaries]);
  const all = JSON.parse(run('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']));
  const of = ({name: own, version: its}) => `${own}@${its}`;
  const once = new Map(all.components.filter((one) => shipped.has(of(one))).map((one) => [of(one), one]));
  const missing = [...shipped].filter((one) => !once.has(one));
  if (missing.length > 0) throw new Error(`not in the lock file: ${missing.join(', ')}`);
  const partOf = (key) =>
    inBinaries.has(key)
      ? {type: key.startsWith('node@') ? 'platform' : 'library', scope: 'optional', description: 'in the single binary only'}
      : {scope: 'required'};
  const components = [...once.keys()].sort().map((key) => ({...once.get(key), 'bom-ref': key, ...partOf(key), properties: []}));
  const {tools: _, ...metadata} = all.metadata;
  const bill = {
    ...all,
    metadata: {...metadata, timestamp: new Date(epoch() * 1_000).toISOString(), component: {...metadata.component, type: 'application', name}},
    components,
    dependencies: [{ref: metadata.component['bom-ref'], dependsOn: [...once.keys()].sort()}],
  };
  return {...bill, serialNumber: `urn:uuid:${uuidOf(JSON.stringify({...bill, serialNumber: ''}))}`};
};

/**
 * Node's own licence, which names everything that is in Node: V8, OpenSSL, ICU, libuv, zlib and others. The package `node`
 * comes without it.
 */
const nodeLicence = () => {
  const file = join('.ci', 'licences', `node-${manifestOf('node').version}.txt`);
  if (!existsSync(join(ROOT, file))) {
    console.error(`${file} is not there\n  hint: it is the file LICENSE of that version of Node`);
    process.exit(2);
  }
  return readFileSync(join(ROOT, file), 'utf8').trim();
};

const licences = (staged) => {
  const read = (...path) => readFileSync(join(...path), 'utf8').trim();
  const node = `node ${manifestOf('node').version}, in the single binary only\n\n${nodeLicence()}\n`;
  const maker = IN_BINARIES.slice(1).map((one) => {
    const folder = join(ROOT, 'node_modules', ...one.split('/'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const {license, version: its} = manifestOf(one);
    return `${one} ${its}, in the single binary only (${license})\n${file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`}`;
  });
  return [read(ROOT, 'LICENSE'), node, ...maker, read(staged, 'dist', 'THIRD-PARTY-NOTICES.txt'), ''].join(`\n\n${'='.repeat(80)}\n`);
};

mkdirSync(OUT, {recursive: true});
const staged = mkdtempSync(join(tmpdir(), 'ratectl-release-'));
try {
  stage(staged);
  // npm writes the date of 1985 into the package, so its bytes depend on the files alone.
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', OUT], staged);
  writeFileSync(join(OUT, `${name}-${version}.cdx.json`), `${JSON.stringify(billOfMaterials(staged), null, 2)}\n`);
  writeFileSync(join(OUT, 'LICENSES.txt'), licences(staged));
} finally {
  rmSync(staged, {recursive: true, force: true});
}
const files = readdirSync(OUT).filter((file) => file !== 'SHA256SUMS' && !file.endsWith('.tmp')).sort();
writeFileSync(join(OUT, 'SHA256SUMS'), files.map((file) => `${sha256(readFileSync(join(OUT, file)))}  ${file}\n`).join(''));
for (const file of files) console.log(file);
