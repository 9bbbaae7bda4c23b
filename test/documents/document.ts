import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {ROOT} from '../e2e/command.ts';

/** A fenced block of a document. */
export interface Block {
  /** The word behind the fence; empty without one. */
  readonly language: string;
  readonly code: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** `docs/faq.md`, relative to the root, with its text and blocks. */
export interface Document {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** All that users read: README.md, docs and the READMEs of the examples. */
export const documents = (): readonly Document[] =>
  [
    'README.md',
    ...filesBelow('docs').filter((path) => /^docs\/[^/]+\.md$/.test(path)),
    ...filesBelow('examples').filter((path) => path.endsWith('.md')),
  ].map(readDocument);

export const readDocument = (path: string): Document => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return {path, text, blocks: blocksOf(text)};
};

/** Files below a folder of the repository, sorted, relative to its root. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort();

const blocksOf = (text: string): readonly Block[] => {
  const blocks: Block[] = [];
  let open: {language: string; line: number; indent: number; lines: string[]} | undefined;
  text.split('\n').forEach((line, i) => {
    const fence = /^( *)```(\w*)$/.exec(line);
    if (fence === null) open?.lines.push(line.slice(open.indent));
    else if (open === undefined)
      open = {language: fence[2]!, line: i + 1, indent: fence[1]!.length, lines: []};
    else {
      blocks.push({language: open.language, code: `${open.lines.join('\n')}\n`, line: open.line});
      open = undefined;
    }
  });
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
};

/** Text without its fenced blocks, for what looks at sentences. */
export const proseOf = ({text}: Document): string => text.replaceAll(/^( *)```\w*$[\s\S]*?^\1```$/gm, '');
