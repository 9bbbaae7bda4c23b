import {type Stats, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import {PolicyError, type PolicyProblem, problemText} from '../policy/policy-error.ts';
import {Problems} from '../policy/problems.ts';
import {parseJson} from '../policy/source/parse-json.ts';
import {parseYaml} from '../policy/source/parse-yaml.ts';
import {Positions} from '../policy/source/positions.ts';
import type {ConfigFile, ContextConfig} from './config-model.ts';
import {ConfigReader, type ReaderOptions} from './config-reader.ts';
import {isExposed, readBounded} from './read-bounded.ts';

export interface ConfigPlace {
  readonly scope: ConfigFile['scope'];
  readonly path: string;
  /** The path for messages. */
  readonly shown: string;
  /** Folder whose `.ratectl` it is in; for the user's own file its own folder. */
  readonly project: string;
  readonly home: string;
}

const MAX_CONFIG_BYTES = 1_048_576;

/** Excerpts that may be a part of a URL that YAML cut in two: they may hold a password. */
const withoutSecrets = (message: string): string =>
  message.replace(/"(?:[&*][^"]*|[^"]{0,64}[@/:][^"]*)"/g, (found) =>
    found.length > 4 ? 'a text that is not shown here' : found,
  );

/** What the readers of JSON and YAML say, which were made for policies. */
const inConfigWords = (message: string): string =>
  withoutSecrets(message)
    .replace('in a policy', 'here')
    .replace('a policy is one document', 'it is one document');

const configError = (problems: readonly PolicyProblem[]): RatectlError => {
  const lines = problems.map((problem) => problemText(problem));
  const message =
    lines.length === 1
      ? lines[0]!
      : [`the configuration has ${lines.length} problems`, ...lines.map((line) => `  ${line}`)].join('\n');
  return new RatectlError(message, {
    code: 'config/invalid',
    hint: 'see: ratectl help configuration; --no-config reads no configuration',
  });
};

/** Reads configuration from its text: JSON when the file's name ends in .json, else YAML. Throws a RatectlError that lists what is wrong. */
export const parseConfig = (text: string, place: ConfigPlace, exposed: boolean): ConfigFile => {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const problems = new Problems(place.shown, new Positions(body));
  const folder = dirname(place.path);
  const options: ReaderOptions = {scope: place.scope, folder, home: place.home, project: place.project};
  const contexts = new Map<string, ContextConfig>();
  const parsed = /\.json$/i.test(place.path) ? parseJson(body) : parseYaml(body);
  const base = {scope: place.scope, path: place.path, shown: place.shown, folder, exposed};
  if (parsed.kind === 'empty') return {...base, defaults: {}, contexts};
  try {
    if (parsed.kind === 'failed') {
      for (const {at, message, hint} of parsed.problems)
        problems.report(at, '', inConfigWords(message), {hint});
      problems.throwIfAny();
      throw new Error('unreachable: every failure is a problem');
    }
    const {contexts: list, ...rest} = new ConfigReader(problems, options).read(parsed.root);
    problems.throwIfAny();
    const file: ConfigFile = {...base, ...rest, contexts};
    for (const context of list) contexts.set(context.name, {...context, file});
    return file;
  } catch (error) {
    throw error instanceof PolicyError ? configError(error.problems) : error;
  }
};

/** The text of a configuration file and whether others may read it; undefined when there is none. */
export const readConfigText = (
  place: ConfigPlace,
): {readonly text: string; readonly exposed: boolean} | undefined => {
  refuseNamedPipe(place);
  const file = readBounded(place.path, 'configuration', MAX_CONFIG_BYTES);
  if (file === undefined) return undefined;
  refuseForeign(place, file.stats.uid);
  try {
    const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(file.bytes);
    return {text, exposed: isExposed(file.stats)};
  } catch (cause) {
    throw new RatectlError(
      `cannot read the configuration ${quoted(place.shown, 200)}: it is not UTF-8 text`,
      {
        code: 'config/invalid',
        hint: 'save it as UTF-8',
        cause,
      },
    );
  }
};

/** Reads a configuration file; undefined when there is none. */
export const readConfigFile = (place: ConfigPlace): ConfigFile | undefined => {
  const read = readConfigText(place);
  return read === undefined ? undefined : parseConfig(read.text, place, read.exposed);
};

/** Nobody writes into a pipe that somebody left where configuration is looked for: opening it would never end, whoever owns it. */
const refuseNamedPipe = ({path, shown}: ConfigPlace): void => {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, {throwIfNoEntry: false});
  } catch {
    // Reading it says why it cannot be read.
  }
  if (stats?.isFIFO() !== true) return;
  throw new RatectlError(`cannot read the configuration ${quoted(shown, 200)}: it is a named pipe`, {
    code: 'config/invalid',
    hint: 'remove it, or use --no-config or RATECTL_NO_CONFIG=1',
  });
};

/** On a machine of many, anybody can put `.ratectl/config.yaml` above the folder somebody works in, such as in /tmp. */
const refuseForeign = (place: ConfigPlace, owner: number): void => {
  const me = process.getuid?.();
  if (place.scope === 'user' || me === undefined || me === 0 || owner === me || owner === 0) return;
  throw new RatectlError(
    `${safeText(place.shown)} belongs to another user, and could send you to another store`,
    {
      code: 'config/foreign',
      hint: 'when you trust it: chown it or copy it into your own file; else use --no-config or RATECTL_NO_CONFIG=1',
    },
  );
};
