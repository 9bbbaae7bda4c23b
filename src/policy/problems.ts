import {safeText} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import {PolicyError, type PolicyProblem} from './policy-error.ts';
import type {Positions} from './source/positions.ts';
import {describeNode, type SourceNode} from './source/source-node.ts';

const MOST = 20;

/** Collects what is wrong with a policy, so that one run shows all of it. */
export class Problems {
  readonly file: string;
  readonly warnings: string[] = [];
  readonly #positions: Positions;
  readonly #found: PolicyProblem[] = [];

  constructor(file: string, positions: Positions) {
    this.file = file;
    this.#positions = positions;
  }

  get count(): number {
    return this.#found.length;
  }

  positionOf(at: number): {readonly line: number; readonly column: number} {
    return this.#positions.at(at);
  }

  /** Keeps a problem at an offset. `path` names the field: `limits[0].rate`; empty for the whole file. */
  report(
    at: number,
    path: string,
    message: string,
    more: {readonly expected?: string; readonly hint?: string | undefined} = {},
  ): void {
    if (this.#found.length > MOST) return;
    this.#found.push({
      message: path === '' ? message : `${path}: ${message}`,
      where: {file: this.file, ...this.#positions.at(at)},
      expected: more.expected,
      hint: more.hint,
    });
  }

  /** `expected …, got …` about a value. */
  expected(node: SourceNode, path: string, expected: string, hint?: string): void {
    this.report(node.at, path, `expected ${expected}, got ${describeNode(node)}`, {expected, hint});
  }

  warn(at: number, path: string, message: string): void {
    const {line, column} = this.#positions.at(at);
    this.warnings.push(
      `${safeText(this.file)}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
    );
  }

  /** Throws what was found, in the order of the file. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const shown = this.#found.slice(0, MOST);
    shown.sort((a, b) => a.where.line! - b.where.line! || a.where.column! - b.where.column!);
    throw new PolicyError(shown, this.#found.length > MOST);
  }
}

/** `did you mean "burst"?`, or nothing. */
export const typoHint = (typed: string, candidates: readonly string[]): string | undefined => {
  const text = didYouMean(typed, candidates);
  return text === '' ? undefined : text.slice(2, -1);
};

/** The path of a field within another: `limits[0].rate`, `limits[0].overrides["10.0.0.1"]`. */
export const pathTo = (parent: string, name: string): string => {
  if (!/^[A-Za-z_][\w-]*$/.test(name))
    return `${parent}["${safeText(name.length > 60 ? `${name.slice(0, 59)}…` : name)}"]`;
  const short = name.length > 60 ? `${name.slice(0, 59)}…` : name;
  return parent === '' ? short : `${parent}.${short}`;
};
