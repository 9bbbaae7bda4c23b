// What .ci/bundle.mjs leaves out of the bundles, or puts off until it is needed.

/** Ink asks for it in development (DEV=true), and it is not installed. */
export const noDevtools = {
  name: 'no-devtools',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^react-devtools-core$/}, ({path}) => ({path, namespace: 'nothing'}));
    onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: 'export default {}'}));
  },
};

/** Modules of Node that take milliseconds to load. */
const SLOW = ['child_process', 'crypto', 'dns', 'fs/promises', 'http', 'https', 'module', 'net', 'perf_hooks', 'readline'];
SLOW.push('readline/promises', 'sqlite', 'stream/promises', 'string_decoder', 'timers/promises', 'tls', 'util', 'worker_threads', 'zlib');

/**
 * They are loaded when something of theirs is first used, not when a module that may use them is. What esbuild copies for each
 * importer are own properties: there are none.
 */
export const lazyNode = {
  name: 'lazy-node',
  setup({onResolve, onLoad}) {
    onResolve({filter: new RegExp(`^node:(?:${SLOW.join('|')})$`)}, ({path, kind, namespace}) =>
      kind === 'import-statement' && namespace === 'file' ? {path, namespace: 'lazy'} : undefined,
    );
    onLoad({filter: /.*/, namespace: 'lazy'}, ({path}) => ({
      contents: `let own;const get=(_,name)=>name==='__esModule'?undefined:(own??=require("${path}"))[name];
        module.exports=Object.create(new Proxy({},{get}))`,
    }));
  },
};

/** Commands say whether there is colour (src/view/colour.ts). To find out for itself chalk loads what terminals and sockets need. */
export const noColourDetection = {
  name: 'no-colour-detection',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^#supports-color$/}, ({path}) => ({path, namespace: 'colour'}));
    onLoad({filter: /.*/, namespace: 'colour'}, () => ({contents: 'module.exports={stdout:false,stderr:false}'}));
  },
};
