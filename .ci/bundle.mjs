// Builds dist/: what "npm run bundle" does. Run by hand: node .ci/bundle.mjs [folder]
//
//   cli.cjs            flags and help of all commands
//   commands-*.cjs     what is loaded when a command runs; every module is evaluated when it is first needed
//   start.cjs          reads both with the code that V8 compiled in an earlier run (src/start.ts)
//   tui.mjs            the dashboard: Ink awaits at its top level, which CommonJS cannot
//   *-worker.cjs, bench-process.cjs   threads and processes, each by itself
//   index.js, chunks/  the library
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
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

/** Ink asks for it in development (DEV=true), and it is not installed. */
const noDevtools = {
  name: 'no-devtools',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^react-devtools-core$/}, ({path}) => ({path, namespace: 'nothing'}));
    onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: 'export default {}'}));
  },
};

/** Modules of Node that take milliseconds to load. */
const SLOW = ['child_process', 'crypto', 'dns', 'fs/promises', 'http', 'https', 'net', 'perf_hooks', 'readline'];
SLOW.push('readline/promises', 'sqlite', 'stream/promises', 'tls', 'worker_threads', 'zlib');

/** They are loaded when something of theirs is first used, not when a module that may use them is. */
const lazyNode = {
  name: 'lazy-node',
  setup({onResolve, onLoad}) {
    onResolve({filter: new RegExp(`^node:(?:${SLOW.join('|')})$`)}, ({path, kind, namespace}) =>
      kind === 'import-statement' && namespace === 'file' ? {path, namespace: 'lazy'} : undefined,
    );
    onLoad({filter: /.*/, namespace: 'lazy'}, async ({path}) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default');
      const each = `for(const name of ${JSON.stringify(names)})`;
      const define = `Object.defineProperty(exports,name,{enumerable:true,get:()=>require("${path}")[name]})`;
      return {contents: `${each}${define}`};
    });
  },
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
    onLoad({filter: /.*/, namespace: 'program'}, () => ({contents: `module.exports=__command("cli","${PROGRAM}")`}));
  },
};

/** A file whose modules are evaluated one by one, when they are asked for. */
const loadersOf = (paths) => {
  const each = paths.map((path) => `${JSON.stringify(path)}:()=>require(${JSON.stringify(`./${path}`)})`);
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

const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";
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

const program = async () => {
  const found = new Set();
  const cli = await build({
    ...common,
    ...asCommonJs,
    stdin: loadersOf(['src/main.ts', PROGRAM]),
    entryNames: 'cli',
    outExtension: {'.js': '.cjs'},
    plugins: [lazyNode, commandsApart(found)],
  });
  const groups = await Promise.all(
    GROUPS.map(({name}) => {
      const own = [...found].sort().filter((path) => groupOf(path) === name);
      return build({
        ...common,
        ...asCommonJs,
        stdin: loadersOf(own),
        entryNames: `commands-${name}`,
        outExtension: {'.js': '.cjs'},
        plugins: [lazyNode, dashboardApart, programApart],
      });
    }),
  );
  const files = [cli, ...groups].map(({outputFiles: [{path, text}]}) => ({path, contents: asciiOnly(text)}));
  return {files, built: [cli, ...groups]};
};

const bundles = async () => {
  const {files, built} = await program();
  const hash = createHash('sha256');
  for (const {contents} of files) hash.update(contents);
  const name = hash.digest('hex').slice(0, 12);
  const others = await Promise.all([
    build({
      ...common,
      ...asCommonJs,
      supported: {},
      entryPoints: {start: 'src/start.ts'},
      define: {...asCommonJs.define, RATECTL_BUILD: JSON.stringify(name)},
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
