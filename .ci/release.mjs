// What lies beside a release, in dist/bin/ or the folder that is named: npm run release:files [-- FOLDER], after
// npm run build and npm run build:binary.
//
//   ratectl-VERSION.tgz       the npm package
//   ratectl-VERSION.cdx.json  bill of materials (CycloneDX): the packages whose code is in it
//   LICENSES.txt              licences of ratectl, those packages, Node and what the binary is made with
//   SHA256SUMS                of all of them and the binaries
//
// The same sources give the same bytes: dates are SOURCE_DATE_EPOCH, else that of the commit.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist', 'bin'));
const {name, version} = createRequire(import.meta.url)('../package.json');

const run = (file, args) => execFileSync(file, args, {cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore']});

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

/** A UUID that is the same for the same text. */
const uuidOf = (text) => {
  const hex = sha256(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** npm knows all packages of the lock file; those in the bundle are what is shipped. */
const billOfMaterials = () => {
  const bundled = new Set(JSON.parse(readFileSync(join(ROOT, 'dist', 'bundled-packages.json'), 'utf8')));
  const all = JSON.parse(run('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']));
  const of = ({name: own, version: its}) => `${own}@${its}`;
  const once = new Map(all.components.filter((one) => bundled.has(of(one))).map((one) => [of(one), one]));
  const missing = [...bundled].filter((one) => !once.has(one));
  if (missing.length > 0) throw new Error(`not in the lock file: ${missing.join(', ')}`);
  const components = [...once.keys()].sort().map((key) => ({...once.get(key), 'bom-ref': key, scope: 'required', properties: []}));
  const {tools: _, ...metadata} = all.metadata;
  const bill = {
    ...all,
    metadata: {...metadata, timestamp: new Date(epoch() * 1_000).toISOString(), component: {...metadata.component, type: 'application', name}},
    components,
    dependencies: [{ref: metadata.component['bom-ref'], dependsOn: [...once.keys()].sort()}],
  };
  return {...bill, serialNumber: `urn:uuid:${uuidOf(JSON.stringify({...bill, serialNumber: ''}))}`};
};

/** Node's own licence names everything that is in Node; npm's packages of Node come without it. */
const NODE = 'The single binary contains Node.js (MIT) with V8, OpenSSL, libuv, ICU, zlib and others.\nTheir licences: https://github.com/nodejs/node/blob/main/LICENSE\n';

const licences = () => {
  const read = (...path) => readFileSync(join(ROOT, ...path), 'utf8').trim();
  const maker = ['@yao-pkg/pkg', '@roberts_lando/vfs'].map((one) => {
    const folder = join(ROOT, 'node_modules', ...one.split('/'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const {license, version: its} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${one} ${its}, in the single binary only (${license})\n${file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`}`;
  });
  return [read('LICENSE'), NODE, ...maker, read('dist', 'THIRD-PARTY-NOTICES.txt'), ''].join(`\n\n${'='.repeat(80)}\n`);
};

if (!existsSync(join(ROOT, 'dist', 'types'))) {
  console.error('dist/ is not complete\n  hint: npm run build, and npm run build:binary for the binaries');
  process.exit(2);
}
mkdirSync(OUT, {recursive: true});
// npm writes the date of 1985 into the package, so its bytes depend on the files alone.
run('npm', ['pack', '--ignore-scripts', '--pack-destination', OUT]);
writeFileSync(join(OUT, `${name}-${version}.cdx.json`), `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
writeFileSync(join(OUT, 'LICENSES.txt'), licences());
const files = readdirSync(OUT).filter((file) => file !== 'SHA256SUMS' && !file.endsWith('.tmp')).sort();
writeFileSync(join(OUT, 'SHA256SUMS'), files.map((file) => `${sha256(readFileSync(join(OUT, file)))}  ${file}\n`).join(''));
for (const file of files) console.log(file);
