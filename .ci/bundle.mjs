// Builds dist/: what "npm run bundle" does. Run by hand: node .ci/bundle.mjs [folder]
//
//   start.cjs          what runs first (src/start.ts): the version, the list of commands; reads the next two with the code that V8
//                      compiled in an earlier run
//   program.cjs        flags and help of all commands
//   commands-*.cjs     what is loaded when a command runs; every module is evaluated when it is first needed
//   tui.mjs            the dashboard: Ink awaits at its top level, which CommonJS cannot
//   *-worker.cjs, bench-process.cjs   threads and processes, each by itself
//   index.js, chunks/  the library
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {lazyNode, noColourDetection, noDevtools} from './bundle-plugins.mjs';
import {bundledPackages, notices} from './notices.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist'));

const common = {
  absWorkingDir: ROOT,
  outdir: OUT,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  target: 'node22.18',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
};

const DASHBOARD = 'src/tui/run-dashboard.ts';

/** The dashboard is a file of its own, which is imported when it is opened. */
const dashboardApart = {
  name: 'dashboard-apart',
  setup({onResolve, onLoad}) {
    onResolve({filter: /\/run-dashboard\.ts$/}, ({kind, path, resolveDir}) =>
      kind === 'dynamic-import' && relative(ROOT, resolve(resolveDir, path)) === DASHBOARD
        ? {path: DASHBOARD, namespace: 'dashboard'}
        : undefined,
    );
    onLoad({filter: /.*/, namespace: 'dashboard'}, () => ({
      contents: 'exports.runDashboard=async(...args)=>(await __load("./tui.mjs")).runDashboard(...args)',
    }));
  },
};

/** Commands that share most of their code share a file; a smaller file starts faster. Any other goes into the last one. */
const GROUPS = [
  {name: 'live', of: /\/(?:audit|degrade|explain|override|report|reset|status|top)-/},
  {name: 'replay', of: /\/(?:init|policy|simulate|trace|validate)-/},
  {name: 'more', of: /./},
];
const groupOf = (path) => GROUPS.find(({of}) => of.test(path)).name;

const PROGRAM = 'src/cli/program.ts';

/** A command that runs another one uses the program that is there. */
const programApart = {
  name: 'program-apart',
  setup({onResolve, onLoad}) {
    onResolve({filter: /\/program\.ts$/}, ({kind, path, resolveDir}) =>
      kind === 'dynamic-import' && relative(ROOT, resolve(resolveDir, path)) === PROGRAM
        ? {path: PROGRAM, namespace: 'program'}
        : undefined,
    );
    onLoad({filter: /.*/, namespace: 'program'}, () => ({contents: `module.exports=__command("program","${PROGRAM}")`}));
  },
};

/** Packages by the file they are in. Commands have them from there: a file that is read has to be small, and there is one commander. */
const PACKAGES = {commander: 'program', ioredis: 'redis', pg: 'postgres'};

const packagesApart = {
  name: 'packages-apart',
  setup({onResolve, onLoad}) {
    onResolve({filter: new RegExp(`^(?:${Object.keys(PACKAGES).join('|')})$`)}, ({path}) => ({path, namespace: 'package'}));
    onLoad({filter: /.*/, namespace: 'package'}, ({path}) => ({
      contents: `module.exports=__command(${JSON.stringify(PACKAGES[path])},${JSON.stringify(path)})`,
    }));
  },
};

/** A file whose modules are evaluated one by one, when they are asked for. */
const loadersOf = (paths) => {
  const name = (path) => JSON.stringify(path.startsWith('src/') ? `./${path}` : path);
  const each = paths.map((path) => `${JSON.stringify(path)}:()=>require(${name(path)})`);
  return {contents: `exports.load={${each.join(',')}}`, resolveDir: ROOT, sourcefile: 'loaders.js'};
};

/** What the program imports when a command runs comes from its group's file: `found` gets the paths. */
const commandsApart = (found) => ({
  name: 'commands-apart',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^\./}, ({kind, path, resolveDir}) =>
      kind === 'dynamic-import' ? {path: relative(ROOT, resolve(resolveDir, path)), namespace: 'command'} : undefined,
    );
    onLoad({filter: /.*/, namespace: 'command'}, ({path}) => {
      found.add(path);
      return {contents: `module.exports=__command(${JSON.stringify(`commands-${groupOf(path)}`)},${JSON.stringify(path)})`};
    });
  },
});

const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url??__filename);";
/** Modules of threads and of the command line ask where they are. */
const HERE = "const __here=require('node:url').pathToFileURL(__filename).href;";
const asCommonJs = {
  format: 'cjs',
  define: {...common.define, 'import.meta.url': '__here'},
  banner: {js: HERE},
  // Code that comes out of the cache cannot use import(): modules of Node are required.
  supported: {'dynamic-import': false},
};

const threads = {
  'parse-worker': 'src/trace/read/parse-worker.ts',
  'fleet-worker': 'src/simulate/fleet/fleet-worker.ts',
  'bench-process': 'src/bench/bench-process.ts',
};

/**
 * esbuild escapes strings, but neither regular expressions nor templates. The escape means the same in both; in the raw
 * templates of scripts for Redis and Postgres it stands in comments only.
 */
const asciiOnly = (text) =>
  text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** As src/start.ts calls it. */
const wrapped = (text) => `(function(exports,require,module,__load,__command,__filename,__meta){${text}\n})`;
const asWrapped = {...asCommonJs, define: {...common.define, 'import.meta.url': '__meta.url'}, banner: {}};

const program = async () => {
  const found = new Set();
  const part = (name, paths, plugins) =>
    build({
      ...common,
      ...asWrapped,
      stdin: loadersOf(paths),
      entryNames: name,
      outExtension: {'.js': '.cjs'},
      plugins: [lazyNode, noColourDetection, ...plugins],
    });
  const cli = await part('program', ['commander', PROGRAM], [commandsApart(found)]);
  const drivers = Object.entries(PACKAGES).filter(([, file]) => file !== 'program');
  const others = await Promise.all([
    ...drivers.map(([path, file]) => part(file, [path], [])),
    ...GROUPS.map(({name}) => {
      const own = [...found].sort().filter((path) => groupOf(path) === name);
      return part(`commands-${name}`, own, [packagesApart, dashboardApart, programApart]);
    }),
  ]);
  const built = [cli, ...others];
  const files = built.map(({outputFiles: [{path, text}]}) => ({path, contents: wrapped(asciiOnly(text))}));
  return {files, built};
};

/** Widths of help where it is made when this is built: that of pipes, and the greatest (`helpWidth` in src/cli/at-once.ts). */
const USUAL_WIDTHS = [80, 100];

/** What `ratectl --help` prints, by width. */
const overviews = async () => {
  const {runProgram} = await import('../src/cli/program.ts');
  const texts = USUAL_WIDTHS.map(async (columns) => {
    let text = '';
    const write = async (more) => void (text += more);
    await runProgram(['--help'], {version: '', streams: {out: {columns, write}, err: {columns, write}}});
    return [columns, asciiOnly(text)];
  });
  return Object.fromEntries(await Promise.all(texts));
};

const bundles = async () => {
  const {files, built} = await program();
  const hash = createHash('sha256');
  for (const {contents} of files) hash.update(contents);
  const name = hash.digest('hex').slice(0, 12);
  const others = await Promise.all([
    build({
      ...common,
      format: 'cjs',
      entryPoints: {start: 'src/start.ts'},
      plugins: [lazyNode],
      define: {
        ...common.define,
        RATECTL_BUILD: JSON.stringify(name),
        RATECTL_OVERVIEWS: JSON.stringify(await overviews()),
      },
      outExtension: {'.js': '.cjs'},
    }),
    build({
      ...common,
      ...asCommonJs,
      entryPoints: Object.fromEntries(Object.entries(threads).filter(([, path]) => existsSync(join(ROOT, path)))),
      outExtension: {'.js': '.cjs'},
    }),
    build({...common, entryPoints: {tui: DASHBOARD}, format: 'esm', plugins: [noDevtools], outExtension: {'.js': '.mjs'}, banner: {js: REQUIRE}}),
    build({
      ...common,
      entryPoints: {index: 'src/index.ts'},
      format: 'esm',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      banner: {js: REQUIRE},
    }),
  ]);
  return {
    files: [...files, ...others.flatMap(({outputFiles}) => outputFiles)],
    inputs: new Set([...built, ...others].flatMap(({metafile}) => Object.keys(metafile.inputs))),
  };
};

const {files, inputs} = await bundles();
for (const {path, contents} of files) {
  mkdirSync(dirname(path), {recursive: true});
  // Whole or not at all: tests and other terminals may be starting the command.
  writeFileSync(`${path}.tmp`, contents);
  renameSync(`${path}.tmp`, path);
}
const packages = bundledPackages(ROOT, inputs);
writeFileSync(join(OUT, 'THIRD-PARTY-NOTICES.txt'), notices(packages));
const names = packages.map(({name, version}) => `${name}@${version}`);
writeFileSync(join(OUT, 'bundled-packages.json'), `${JSON.stringify(names, null, 2)}\n`);
