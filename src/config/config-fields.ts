/** A field of the configuration file. The reader, its messages and the JSON Schema read this list. */
export interface ConfigField {
  readonly name: string;
  readonly type:
    | 'context'
    | 'contexts'
    | 'text'
    | 'url'
    | 'path'
    | 'flag'
    | 'duration'
    | 'command'
    | 'variable';
  /** At the top of the file, in a context, or both. */
  readonly places: readonly ('file' | 'context')[];
  /** One sentence; the description in editors. */
  readonly doc: string;
  /** What other tools call it: only to suggest the right name. */
  readonly alsoCalled?: readonly string[];
}

const BOTH = ['file', 'context'] as const;

export const CONFIG_FIELDS: readonly ConfigField[] = [
  {
    name: 'context',
    type: 'context',
    places: ['file'],
    doc: 'Name of the context that commands use; ratectl context use writes it.',
    alsoCalled: ['current', 'current-context', 'currentContext', 'profile', 'default'],
  },
  {
    name: 'contexts',
    type: 'contexts',
    places: ['file'],
    doc: 'Stores with what belongs to them, by name.',
    alsoCalled: ['profiles', 'environments', 'stores'],
  },
  {
    name: 'store',
    type: 'url',
    places: BOTH,
    doc: 'URL of the store: sqlite:PATH, redis://HOST, postgres://HOST/DATABASE …',
    alsoCalled: ['url', 'uri', 'address', 'dsn', 'redis', 'database'],
  },
  {
    name: 'policy',
    type: 'path',
    places: BOTH,
    doc: 'Policy in force; without it the one that the applications published in the store.',
    alsoCalled: ['limits', 'policyFile'],
  },
  {
    name: 'prefix',
    type: 'text',
    places: BOTH,
    doc: 'Name under which everything is kept in the store; the URL may say it, too.',
    alsoCalled: ['keyPrefix', 'namespace'],
  },
  {
    name: 'timeout',
    type: 'duration',
    places: BOTH,
    doc: 'After how long connecting, or one call, is given up: 5s unless said.',
    alsoCalled: ['connectTimeout', 'commandTimeout'],
  },
  {
    name: 'readOnly',
    type: 'flag',
    places: BOTH,
    doc: 'Commands that change state refuse. True for production contexts unless said.',
    alsoCalled: ['readonly', 'read-only'],
  },
  {
    name: 'production',
    type: 'flag',
    places: ['context'],
    doc: 'Commands that change state say so, and ask for the name of the context.',
    alsoCalled: ['prod', 'protected'],
  },
  {
    name: 'passwordFile',
    type: 'path',
    places: BOTH,
    doc: 'File whose first line is the password.',
    alsoCalled: ['password', 'password-file', 'secret', 'secretFile'],
  },
  {
    name: 'passwordCommand',
    type: 'command',
    places: BOTH,
    doc: 'Program and arguments, run without a shell, whose first line of output is the password.',
    alsoCalled: ['password-command', 'passwordCmd', 'secretCommand'],
  },
  {
    name: 'passwordEnv',
    type: 'variable',
    places: BOTH,
    doc: 'Environment variable that holds the password.',
    alsoCalled: ['password-env', 'passwordVariable'],
  },
];

/** The same rule as for names in policies. */
export const CONTEXT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const CONTEXT_NAME_EXPECTED =
  'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit';

/** Shortest and longest time that a command may wait for a store, µs. */
export const SHORTEST_TIMEOUT = 1_000;
export const LONGEST_TIMEOUT = 3_600_000_000;
