/**
 * Where the code of a thread or process is: `name.ts` beside the module that starts it, or, in the built program,
 * `name.cjs` at the top of `dist/`.
 */
export const threadUrl = (name: string, startedFrom: string): URL =>
  startedFrom.endsWith('.ts')
    ? new URL(`./${name}.ts`, startedFrom)
    : new URL(`${name}.cjs`, startedFrom.slice(0, startedFrom.lastIndexOf('/dist/') + '/dist/'.length));
