import {quoted} from '../../base/safe-text.ts';
import {
  MAX_DEPTH,
  MAX_NODES,
  type MapEntry,
  type ParseResult,
  type SourceNode,
  type SyntaxProblem,
  TOO_DEEP,
  TOO_MANY,
} from './source-node.ts';

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class JsonSyntaxError extends Error {
  readonly problem: SyntaxProblem;

  constructor(problem: SyntaxProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** RFC 8259, keeping where everything stands: `JSON.parse` tells neither where a value nor, often, where an error is. */
class JsonReader {
  readonly #text: string;
  #at = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): SourceNode {
    const root = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('expected the end of the file');
    return root;
  }

  #value(depth: number): SourceNode {
    this.#skipSpace();
    const at = this.#at;
    if (depth > MAX_DEPTH) throw new JsonSyntaxError({at, message: TOO_DEEP});
    if (++this.#nodes > MAX_NODES) throw new JsonSyntaxError({at, message: TOO_MANY});
    const first = this.#text[at];
    if (first === '{') return {kind: 'map', at, entries: this.#entries(depth)};
    if (first === '[') return {kind: 'list', at, items: this.#items(depth)};
    if (first === '"') {
      const value = this.#string();
      return {kind: 'scalar', at, value, source: value};
    }
    const number = this.#match(NUMBER);
    if (number !== undefined) return {kind: 'scalar', at, value: Number(number), source: number};
    const word = this.#match(WORD);
    const value = word === undefined ? undefined : WORDS.get(word);
    if (word === undefined || value === undefined) {
      this.#at = at;
      this.#fail('expected a value');
    }
    return {kind: 'scalar', at, value, source: word};
  }

  #items(depth: number): readonly SourceNode[] {
    const items: SourceNode[] = [];
    this.#at++;
    if (this.#take(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) this.#fail('expected "," or "]"');
    return items;
  }

  #entries(depth: number): readonly MapEntry[] {
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    this.#at++;
    if (this.#take('}')) return entries;
    do {
      this.#skipSpace();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') this.#fail('expected a name in double quotes');
      const key = this.#string();
      if (seen.has(key)) throw new JsonSyntaxError({at: keyAt, message: `${quoted(key)} is given twice`});
      seen.add(key);
      if (!this.#take(':')) this.#fail('expected ":"');
      entries.push({key, keyAt, value: this.#value(depth + 1)});
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('expected "," or "}"');
    return entries;
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined)
        throw new JsonSyntaxError({at: start, message: 'a text is not closed with a double quote'});
      if (char === '"') break;
      if (char < ' ')
        this.#fail('a text cannot hold a line break or control character; use \\n, \\t or \\u00XX');
      if (char !== '\\') this.#at++;
      else if (this.#match(ESCAPE) === undefined)
        this.#fail('expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX');
    }
    this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #skipSpace(): void {
    this.#match(SPACE);
  }

  /** Takes `char` after optional space. */
  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(expected: string): never {
    const code = this.#text.codePointAt(this.#at);
    const got = code === undefined ? 'the end of the file' : quoted(String.fromCodePoint(code));
    const comment =
      got === '"/"' || got === '"#"' ? {hint: 'JSON has no comments; a .yaml file may have them'} : {};
    throw new JsonSyntaxError({at: this.#at, message: `not JSON: ${expected}, got ${got}`, ...comment});
  }
}

/** Parses a JSON policy. */
export const parseJson = (text: string): ParseResult => {
  if (text.trim() === '') return {kind: 'empty'};
  try {
    return {kind: 'parsed', root: new JsonReader(text).document()};
  } catch (error) {
    if (error instanceof JsonSyntaxError) return {kind: 'failed', problems: [error.problem]};
    throw error;
  }
};
