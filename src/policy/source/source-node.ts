import {quoted} from '../../base/safe-text.ts';

/** A policy file as it was written, with the offset of everything: the same for YAML and JSON. Aliases share nodes. */
export type SourceNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: number;
  readonly value: string | number | boolean | null;
  /** As written: `007`, `1.50`, `true`; the text itself for strings. */
  readonly source: string;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly SourceNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly at: number;
  /** Without duplicates, in order. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: SourceNode;
}

/** Something that is wrong with the text itself, at an offset. */
export interface SyntaxProblem {
  readonly at: number;
  readonly message: string;
  readonly hint?: string;
}

export type ParseResult =
  | {readonly kind: 'parsed'; readonly root: SourceNode}
  | {readonly kind: 'empty'}
  | {readonly kind: 'failed'; readonly problems: readonly SyntaxProblem[]};

/** Bounds on what a file may hold, so that a hostile one costs little: nesting, and nodes with aliases written out. */
export const MAX_DEPTH = 32;
export const MAX_NODES = 200_000;

export const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;
export const TOO_MANY = `more than ${MAX_NODES} values`;

/** What stands there, for `expected …, got …`. */
export const describeNode = (node: SourceNode): string => {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return node.entries.length === 0 ? 'an empty mapping' : 'a mapping';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? quoted(node.value) : quoted(node.source).slice(1, -1);
};
