/**
 * Where a thread's code is: `name.ts` beside the module that starts it, or, in the built program, `name.js` beside the
 * bundle, above its chunks.
 */
export const threadUrl = (name: string, startedFrom: string): URL =>
  new URL(startedFrom.endsWith('.ts') ? `./${name}.ts` : `../${name}.js`, startedFrom);
