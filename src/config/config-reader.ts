import {isAbsolute, join, resolve} from 'node:path';
import {formatDuration, parseDuration} from '../base/duration.ts';
import type {Location} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {type Problems, pathTo, typoHint} from '../policy/problems.ts';
import {readFlag} from '../policy/read/read-choice.ts';
import {nearestDuration} from '../policy/read/read-duration.ts';
import {describeNode, type MapEntry, type SourceNode} from '../policy/source/source-node.ts';
import {
  CONFIG_FIELDS,
  CONTEXT_NAME,
  CONTEXT_NAME_EXPECTED,
  LONGEST_TIMEOUT,
  SHORTEST_TIMEOUT,
} from './config-fields.ts';
import type {ContextConfig, Located, PasswordSource, SettingsGroup} from './config-model.ts';

type Place = 'file' | 'context';
type Fields = ReadonlyMap<string, MapEntry>;

export interface ReaderOptions {
  readonly scope: 'project' | 'user';
  readonly folder: string;
  /** For `~/` in paths. */
  readonly home: string;
  /** Folder that the password files of a project must be in. */
  readonly project: string;
}

const MOST_CONTEXTS = 1_000;
const LONGEST_TEXT = 8_192;

/** Source nodes → settings, with every problem at its place. */
export class ConfigReader {
  readonly #problems: Problems;
  readonly #options: ReaderOptions;

  constructor(problems: Problems, options: ReaderOptions) {
    this.#problems = problems;
    this.#options = options;
  }

  read(root: SourceNode): {
    readonly current?: Located<string>;
    readonly defaults: SettingsGroup;
    readonly contexts: readonly Omit<ContextConfig, 'file'>[];
  } {
    const fields = this.#fields(root, '', 'file', 'a mapping with "contexts", "store" or the like');
    const current = this.#value(fields, 'context', '', (node, path) => this.#name(node, path));
    return {
      ...(current === undefined ? {} : {current}),
      defaults: this.#group(fields, ''),
      contexts: this.#contexts(fields.get('contexts')?.value),
    };
  }

  #contexts(node: SourceNode | undefined): readonly Omit<ContextConfig, 'file'>[] {
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
    if (node.kind !== 'map') {
      this.#expected(node, 'contexts', 'contexts by name, such as { prod: { store: redis://cache } }');
      return [];
    }
    if (node.entries.length > MOST_CONTEXTS) {
      this.#problems.report(
        node.at,
        'contexts',
        `expected at most ${MOST_CONTEXTS}, got ${node.entries.length}`,
      );
      return [];
    }
    return node.entries.map(({key, keyAt, value}) => {
      const path = pathTo('contexts', key);
      if (!CONTEXT_NAME.test(key))
        this.#problems.report(keyAt, 'contexts', `expected ${CONTEXT_NAME_EXPECTED}, got ${named(key)}`);
      const fields = this.#fields(value, path, 'context', 'a mapping such as { store: redis://cache }');
      return {...this.#group(fields, path), name: key, where: this.#where(keyAt)};
    });
  }

  #group(fields: Fields, path: string): SettingsGroup {
    const group = {
      store: this.#value(fields, 'store', path, (node, at) =>
        this.#text(node, at, 'a URL such as "redis://cache:6379"'),
      ),
      policy: this.#value(fields, 'policy', path, (node, at) => this.#path(node, at)),
      prefix: this.#value(fields, 'prefix', path, (node, at) => this.#text(node, at, 'a text such as "rl"')),
      timeout: this.#value(fields, 'timeout', path, (node, at) => this.#timeout(node, at)),
      readOnly: this.#value(fields, 'readOnly', path, (node, at) => this.#flag(node, at)),
      production:
        path === '' ? undefined : this.#value(fields, 'production', path, (node, at) => this.#flag(node, at)),
      password: this.#password(fields, path),
    };
    return Object.fromEntries(Object.entries(group).filter(([, value]) => value !== undefined));
  }

  #password(fields: Fields, path: string): Located<PasswordSource> | undefined {
    const found = [
      this.#value(fields, 'passwordFile', path, (node, at) => this.#passwordFile(node, at)),
      this.#value(fields, 'passwordCommand', path, (node, at) => this.#command(node, at)),
      this.#value(fields, 'passwordEnv', path, (node, at) => this.#variable(node, at)),
    ].filter((one) => one !== undefined);
    const names = ['passwordFile', 'passwordCommand', 'passwordEnv'].filter((name) => fields.has(name));
    if (names.length > 1)
      this.#problems.report(
        fields.get(names[1]!)!.keyAt,
        path,
        `expected one password, got ${names.join(' and ')}`,
      );
    return found[0];
  }

  #passwordFile(node: SourceNode, path: string): PasswordSource | undefined {
    const file = this.#path(node, path);
    const within = this.#options.scope === 'project' ? this.#options.project : undefined;
    return file === undefined ? undefined : {kind: 'file', path: file, within};
  }

  #command(node: SourceNode, path: string): PasswordSource | undefined {
    const argv =
      node.kind === 'list' ? node.items.map((item) => (item.kind === 'scalar' ? item.source : '')) : [];
    const [program = ''] = argv;
    if (program === '' || (node.kind === 'list' && node.items.some((item) => item.kind !== 'scalar'))) {
      const hint = node.kind === 'scalar' && typeof node.value === 'string' ? LIST_HINT : undefined;
      this.#expected(node, path, 'a program and its arguments, such as [pass, show, redis]', hint);
      return undefined;
    }
    // Whoever gives somebody a folder with this file in it would have a program run on their machine.
    if (this.#options.scope === 'project') {
      this.#problems.report(node.at, path, 'a project file cannot run a program', {
        hint: 'put the context into your own file: ratectl config path shows where it is',
      });
      return undefined;
    }
    const {folder, home} = this.#options;
    const local = program.includes('/') ? resolve(folder, expandHome(program, home)) : program;
    return {kind: 'command', argv: [local, ...argv.slice(1)], folder};
  }

  #variable(node: SourceNode, path: string): PasswordSource | undefined {
    const name = this.#text(node, path, 'the name of an environment variable, such as "REDIS_PASSWORD"');
    if (name === undefined) return undefined;
    if (!/^[A-Za-z_]\w{0,127}$/.test(name)) {
      // What is no name of a variable may well be the password.
      this.#problems.report(
        node.at,
        path,
        'expected the name of an environment variable, such as "REDIS_PASSWORD"',
        {
          hint: 'the password itself is not written into this file',
        },
      );
      return undefined;
    }
    // Else the folder of somebody else could send any secret of the environment to a server of theirs.
    if (this.#options.scope === 'project' && !name.startsWith('RATECTL_')) {
      this.#problems.report(
        node.at,
        path,
        'a project file can name only variables that begin with "RATECTL_"',
        {
          hint: 'for another variable put the context into your own file: ratectl config path shows where it is',
        },
      );
      return undefined;
    }
    return {kind: 'variable', name};
  }

  #timeout(node: SourceNode, path: string): number | undefined {
    const value =
      node.kind === 'scalar' && typeof node.value === 'string' ? parseDuration(node.value) : undefined;
    if (value !== undefined && value >= SHORTEST_TIMEOUT && value <= LONGEST_TIMEOUT) return value;
    const meant = node.kind === 'scalar' && value === undefined ? nearestDuration(node.source) : undefined;
    this.#expected(
      node,
      path,
      `a duration such as "5s", from ${formatDuration(SHORTEST_TIMEOUT)} to ${formatDuration(LONGEST_TIMEOUT)}`,
      meant === undefined ? undefined : `did you mean "${meant}"?`,
    );
    return undefined;
  }

  #flag(node: SourceNode, path: string): boolean | undefined {
    const shown = node.kind !== 'scalar' || !mayHoldSecret(node.source);
    if (shown) return readFlag(node, path, this.#problems);
    this.#expected(node, path, 'true or false');
    return undefined;
  }

  #name(node: SourceNode, path: string): string | undefined {
    if (node.kind === 'scalar' && node.value !== null && CONTEXT_NAME.test(node.source)) return node.source;
    this.#expected(node, path, 'the name of a context');
    return undefined;
  }

  /** A path, absolute. */
  #path(node: SourceNode, path: string): string | undefined {
    const text = this.#text(node, path, 'a path');
    return text === undefined
      ? undefined
      : resolve(this.#options.folder, expandHome(text, this.#options.home));
  }

  /** Says of a wrong value no more than its kind: it may be a secret that came to the wrong place. */
  #text(node: SourceNode, path: string, expected: string): string | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'string') {
      const {value} = node;
      if (value.trim() !== '' && value.length <= LONGEST_TEXT && !value.includes('\0')) return value.trim();
      const got = value.trim() === '' ? 'an empty text' : 'a text that is too long or holds a null character';
      this.#problems.report(node.at, path, `expected ${expected}, got ${got}`);
      return undefined;
    }
    if (node.kind === 'scalar' && node.value !== null)
      this.#problems.report(node.at, path, `expected ${expected}, got a ${typeof node.value}`, {
        hint: 'put it in quotes',
      });
    else this.#expected(node, path, expected);
    return undefined;
  }

  #value<T>(
    fields: Fields,
    name: string,
    path: string,
    read: (node: SourceNode, path: string) => T | undefined,
  ): Located<T> | undefined {
    const entry = fields.get(name);
    if (entry === undefined) return undefined;
    const value = read(entry.value, pathTo(path, name));
    return value === undefined ? undefined : {value, where: this.#where(entry.keyAt)};
  }

  /** `expected …, got …`; a text that may hold a password is not shown. */
  #expected(node: SourceNode, path: string, expected: string, hint?: string): void {
    const got =
      node.kind === 'scalar' && typeof node.value === 'string' ? named(node.value) : describeNode(node);
    this.#problems.report(node.at, path, `expected ${expected}, got ${got}`, {expected, hint});
  }

  #where(at: number): Location {
    return {file: this.#problems.file, ...this.#problems.positionOf(at)};
  }

  #fields(node: SourceNode, path: string, place: Place, what: string): Fields {
    const fields = new Map<string, MapEntry>();
    if (node.kind !== 'map') {
      this.#expected(node, path, what);
      return fields;
    }
    for (const entry of node.entries) {
      if (CONFIG_FIELDS.some((field) => field.name === entry.key && field.places.includes(place)))
        fields.set(entry.key, entry);
      else
        this.#problems.report(entry.keyAt, path, `unknown field ${named(entry.key)}`, {
          hint: hintFor(entry.key, place),
        });
    }
    return fields;
  }
}

/** In the wrong place, a URL may be cut in two: what looks like a part of one is not shown. */
const mayHoldSecret = (text: string): boolean => /[@/:]/.test(text);

const named = (text: string): string =>
  mayHoldSecret(text) ? 'a text that is not shown here' : quoted(text);

const LIST_HINT = 'write a list, one item for each argument; it is run without a shell';

const hintFor = (name: string, place: Place): string => {
  const here = CONFIG_FIELDS.filter((field) => field.places.includes(place));
  if (/^(?:password|pass|pwd|secret|token)$/i.test(name))
    return 'a password is not written into this file: use passwordFile, passwordCommand or passwordEnv';
  if (CONFIG_FIELDS.some((field) => field.name === name))
    return place === 'file'
      ? 'it is a field of a context'
      : 'it stands at the top of the file, not in a context';
  const synonym = here.find((field) => field.alsoCalled?.includes(name));
  if (synonym !== undefined) return `did you mean "${synonym.name}"?`;
  const names = here.map((field) => field.name);
  return typoHint(name, names) ?? `fields are ${names.join(', ')}`;
};

/** `~/x` is in the home folder, as in a shell. */
export const expandHome = (path: string, home: string): string =>
  path.startsWith('~/') && isAbsolute(home) ? join(home, path.slice(2)) : path;
