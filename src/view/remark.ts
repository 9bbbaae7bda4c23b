import {flow} from './flow.ts';
import {type Style, usableWidth} from './style.ts';

/** Statements under a table, less important than it. They may come from outside. */
export const remark = (statements: readonly string[], style: Style): readonly string[] =>
  flow(
    statements.map((text) => ({text, role: 'dim' as const})),
    usableWidth(style) - 2,
    style,
  ).map((line) => `  ${line}`);
