import {listText} from './amounts.ts';
import {all, count, found, ok, type Rule, text} from './rule.ts';

/** What is wrong with a file or a context: as an error says it, without any secret. */
export interface ConfigProblem {
  readonly where: string;
  readonly message: string;
  readonly hint: string;
}

/** What the configuration says, as far as it can be read. */
export interface ConfigurationFacts {
  /** Files that were read, and those that could not be. */
  readonly files: readonly string[];
  readonly fileProblems: readonly ConfigProblem[];
  readonly contexts: readonly string[];
  readonly contextProblems: readonly (ConfigProblem & {readonly context: string; readonly inUse: boolean})[];
  /** That what holds for this command cannot be settled; undefined: it can. */
  readonly settingsProblem: ConfigProblem | undefined;
  /** Files with secrets that there are. */
  readonly secretFiles: readonly SecretFile[];
  /** A password that others can see elsewhere than in a file. */
  readonly exposedElsewhere: readonly string[];
  /** Contexts of the project that hide the user's. */
  readonly hidden: readonly string[];
}

export interface SecretFile {
  readonly path: string;
  /** `password of context "prod"`, `key of the token vault`. */
  readonly what: string;
  /** Permission bits; undefined where the system has none. */
  readonly mode: number | undefined;
}

const OTHERS_READ = 0o044;

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

export const CONFIGURATION_RULES: readonly Rule<ConfigurationFacts>[] = [
  {
    id: 'configuration/files',
    title: 'configuration files can be read and are valid',
    why: 'every command that reads the configuration ends with this error',
    look: ({files, fileProblems}) =>
      all(
        fileProblems.map(({where, message, hint}) => found('error', message, {where, next: hint})),
        count('files', files.length),
        ...(files.length === 0 ? [] : [text('read', listText(files))]),
      ),
  },
  {
    id: 'configuration/settings',
    title: 'what holds for this command can be settled',
    why: 'commands without --store or --context end with this error',
    look: ({settingsProblem: problem}) =>
      problem === undefined
        ? ok()
        : found('error', problem.message, {where: problem.where, next: problem.hint}),
  },
  {
    id: 'configuration/contexts',
    title: 'contexts can be used',
    why: 'whoever names such a context is refused, at the time when it is needed',
    look: ({contexts, contextProblems}) =>
      all(
        contextProblems.map(({context, inUse, where, message, hint}) =>
          found(inUse ? 'error' : 'warning', `context "${context}" cannot be used: ${message}`, {
            where,
            next: hint,
          }),
        ),
        count('contexts', contexts.length),
      ),
  },
  {
    id: 'configuration/hidden-contexts',
    title: "contexts of the project hide none of the user's",
    why: 'in this folder the same name leads to another store than elsewhere',
    look: ({hidden}) => all(hidden.map((message) => found('note', message, {next: 'ratectl context ls'}))),
  },
  {
    id: 'configuration/secrets',
    title: 'secrets cannot be read by other users of the machine',
    why: 'who reads the password of a store can lift or set any limit; who reads the key of the vault, use the tokens',
    look: ({secretFiles, exposedElsewhere}) =>
      all(
        [
          ...secretFiles.flatMap(({path, what, mode}) =>
            mode === undefined || (mode & OTHERS_READ) === 0
              ? []
              : [
                  found('warning', `the ${what} can be read by other users of this machine`, {
                    where: path,
                    evidence: [text('mode', octal(mode))],
                    next: `chmod 600 ${path}`,
                  }),
                ],
          ),
          ...exposedElsewhere.map((message) =>
            found('warning', message, {next: 'ratectl help configuration'}),
          ),
        ],
        count('files', secretFiles.length),
      ),
  },
];
