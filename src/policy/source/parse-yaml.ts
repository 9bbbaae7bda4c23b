import {
  type Alias,
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
  Scalar,
  type YAMLMap,
} from 'yaml';
import {quoted} from '../../base/safe-text.ts';
import {
  MAX_DEPTH,
  MAX_NODES,
  type MapEntry,
  type MapNode,
  type ParseResult,
  type SourceNode,
  type SyntaxProblem,
  TOO_DEEP,
  TOO_MANY,
} from './source-node.ts';
import {unknownAlias, yamlProblem} from './yaml-messages.ts';

/** Errors after the first few are mostly echoes of them. */
const SHOWN_ERRORS = 3;

class Refused extends Error {
  readonly problem: SyntaxProblem;

  constructor(problem: SyntaxProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Refuses, in one cheap pass, what would cost the YAML reader gigabytes: very many tokens, very many open brackets. */
const refuseExcess = (text: string): SyntaxProblem | undefined => {
  let tokens = 0;
  let offset = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_DEPTH) return {at: offset, message: TOO_DEEP};
    if (++tokens > MAX_NODES) return {at: offset, message: TOO_MANY};
    // Control tokens (document, flow end, scalar) are not in the text.
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') offset += token.length;
  }
  return undefined;
};

/** YAML nodes → source nodes: aliases and merge keys resolved, duplicates refused, size bounded. */
class Converter {
  readonly #anchors = new Map<string, SourceNode | 'unfinished'>();
  /** Nodes below each node, aliases written out. */
  readonly #sizes = new Map<SourceNode, number>();
  #mergedEntries = 0;

  convert(node: ParsedNode | null, at: number, depth: number): SourceNode {
    if (node === null) return {kind: 'scalar', at, value: null, source: ''};
    const [start] = node.range;
    if (depth > MAX_DEPTH) throw new Refused({at: start, message: TOO_DEEP});
    if (isAlias(node)) return this.#resolve(node, start);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, 'unfinished');
    const converted = this.#collection(node, start, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, converted);
    return converted;
  }

  #collection(node: Exclude<ParsedNode, Alias.Parsed>, at: number, depth: number): SourceNode {
    if (isMap(node)) return this.#sized(this.#map(node as YAMLMap<ParsedNode, ParsedNode | null>, at, depth));
    if (isSeq(node)) {
      return this.#sized({
        kind: 'list',
        at,
        items: node.items.map((item) => this.convert(item as ParsedNode, at, depth + 1)),
      });
    }
    const {value} = node;
    if (typeof value === 'string') return {kind: 'scalar', at, value, source: value};
    if (typeof value === 'number' || typeof value === 'boolean')
      return {kind: 'scalar', at, value, source: node.source ?? String(value)};
    return {kind: 'scalar', at, value: null, source: node.source ?? ''};
  }

  #map(node: YAMLMap<ParsedNode, ParsedNode | null>, at: number, depth: number): MapNode {
    const own: MapEntry[] = [];
    const merged: MapEntry[] = [];
    const seen = new Set<string>();
    for (const pair of node.items) {
      const keyAt = pair.key.range[0];
      const value = this.convert(pair.value, pair.key.range[1], depth + 1);
      if (isMergeKey(pair.key)) {
        for (const entry of entriesToMerge(value)) merged.push(entry);
        this.#mergedEntries += merged.length;
        if (this.#mergedEntries > MAX_NODES) throw new Refused({at: keyAt, message: TOO_MANY});
        continue;
      }
      const key = this.#key(pair.key, depth);
      if (seen.has(key)) throw new Refused({at: keyAt, message: `${quoted(key)} is given twice`});
      seen.add(key);
      own.push({key, keyAt, value});
    }
    for (const entry of merged) {
      if (seen.has(entry.key)) continue;
      seen.add(entry.key);
      own.push(entry);
    }
    return {kind: 'map', at, entries: own};
  }

  #key(node: ParsedNode, depth: number): string {
    const key = this.convert(node, node.range[0], depth + 1);
    if (key.kind === 'scalar' && (key.value !== null || key.source !== '')) return key.source;
    throw new Refused({
      at: key.at,
      message: 'expected a name before ":"',
      hint: 'put a name that contains {, [ or * in quotes',
    });
  }

  #resolve(alias: Alias, at: number): SourceNode {
    const found = this.#anchors.get(alias.source);
    if (found === undefined) throw new Refused(unknownAlias(at));
    if (found === 'unfinished')
      throw new Refused({at, message: `${quoted(`*${alias.source}`)} refers to what it is part of`});
    return found;
  }

  #sized<T extends SourceNode>(node: T): T {
    const children =
      node.kind === 'map' ? node.entries.map((entry) => entry.value) : node.kind === 'list' ? node.items : [];
    let size = 1;
    for (const child of children) size += this.#sizes.get(child) ?? 1;
    if (size > MAX_NODES)
      throw new Refused({at: node.at, message: `${TOO_MANY} once aliases are written out`});
    this.#sizes.set(node, size);
    return node;
  }
}

const isMergeKey = (key: ParsedNode): boolean =>
  isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;

/** Of several mappings the first that has a field wins. */
const entriesToMerge = (value: SourceNode): readonly MapEntry[] => {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((map) => {
    if (map.kind === 'map') return map.entries;
    throw new Refused({
      at: map.at,
      message: '"<<" merges mappings only',
      hint: 'write <<: *name, where &name marks a mapping',
    });
  });
};

/** Parses a YAML 1.2 policy (core schema, anchors and merge keys). */
export const parseYaml = (text: string): ParseResult => {
  const excess = refuseExcess(text);
  if (excess !== undefined) return {kind: 'failed', problems: [excess]};
  const options = {
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    resolveKnownTags: false,
  } as const;
  const documents = [...new Composer(options).compose(new Parser().parse(text), true, text.length)];
  const [document, second] = documents;
  if (document === undefined) return {kind: 'empty'};
  const errors = [...document.errors, ...document.warnings]
    .sort((a, b) => a.pos[0] - b.pos[0])
    .filter((error, i, all) => error.pos[0] !== all[i - 1]?.pos[0]);
  if (errors.length > 0) return {kind: 'failed', problems: errors.slice(0, SHOWN_ERRORS).map(yamlProblem)};
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    return {
      kind: 'failed',
      problems: [{at: 0, message: 'expected YAML 1.2', hint: 'remove the line that begins with %YAML'}],
    };
  }
  if (second !== undefined) {
    const problem = {
      at: second.range[0],
      message: 'a second document begins here, and a policy is one document',
      hint: 'remove the "---"',
    };
    return {kind: 'failed', problems: [problem]};
  }
  const {contents} = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return {kind: 'empty'};
  try {
    return {kind: 'parsed', root: new Converter().convert(contents, 0, 0)};
  } catch (error) {
    if (error instanceof Refused) return {kind: 'failed', problems: [error.problem]};
    throw error;
  }
};
