import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

export interface ContextUseFlags extends OutputFlags {
  readonly none?: boolean;
}

export interface ContextAddFlags extends OutputFlags {
  readonly store: string;
  readonly policy?: string;
  readonly prefix?: string;
  readonly timeout?: string;
  readonly readOnly?: boolean;
  readonly production?: boolean;
  readonly passwordFile?: string;
  readonly passwordCommand?: readonly string[];
  readonly passwordEnv?: string;
  readonly use?: boolean;
  readonly force?: boolean;
}

const LS_EXAMPLES = `
Examples:
  # which stores are there, and which one is used?
  ratectl context ls
`;

const USE_EXAMPLES = `
Examples:
  # from now on, commands look at this store
  ratectl context use staging

  # and again at the project's own
  ratectl context use --none
`;

const ADD_EXAMPLES = `
Examples:
  # a Redis whose password is in a file of one line
  ratectl context add staging --store redis://ops@cache:6379 \\
    --password-file ~/.secrets/redis

  # production: read-only, until its entry says readOnly: false
  ratectl context add prod --store rediss://cache.example.com \\
    --password-env REDIS_PASSWORD --production
`;

const RM_EXAMPLES = `
Examples:
  # the store itself stays as it is
  ratectl context rm staging
`;

/** `context ls`, `use`, `add` and `rm`: stores by name. */
export const registerContext = (program: Command, context: CliContext): void => {
  const parent = program.command('context').description('Stores by name, and which of them commands use.');

  const ls = parent.command('ls').description('List the contexts; "*" marks the one that is used.');
  addOutputOptions(ls, ['table', 'json']);
  ls.addHelpText('after', LS_EXAMPLES);
  ls.action(async (flags: OutputFlags) => {
    const {runContextLs} = await import('./context-ls-run.ts');
    await runContextLs(flags, context);
  });

  const use = parent
    .command('use')
    .description('Choose the context that commands use from now on.')
    .argument('[name]', 'a name from "ratectl context ls"')
    .option('--none', 'none: the default store');
  addOutputOptions(use, ['table', 'json']);
  use.addHelpText('after', USE_EXAMPLES);
  use.action(async (name: string | undefined, flags: ContextUseFlags) => {
    const {runContextUse} = await import('./context-use-run.ts');
    await runContextUse(name, flags, context);
  });

  const add = parent
    .command('add')
    .description('Add a context to the configuration of the user.')
    .argument('<name>', 'what it is called')
    .requiredOption('-s, --store <url>', 'URL of the store, without a password')
    .option('-p, --policy <file>', 'the policy in force (default: as published in the store)')
    .option('--prefix <text>', 'name under which everything is kept in the store')
    .option('--timeout <duration>', 'give up after (default: 5s)')
    .addOption(new Option('--read-only', 'commands that change state refuse'))
    .addOption(new Option('--no-read-only', 'they do not, even in production'))
    .option('--production', 'say so before changes, and ask for the name of the context')
    .option('--password-file <file>', 'file whose first line is the password')
    .option('--password-command <word...>', 'program and arguments that print the password')
    .option('--password-env <name>', 'environment variable that holds the password')
    .option('--use', 'use it from now on')
    .option('--force', 'replace the context of that name');
  addOutputOptions(add, ['table', 'json']);
  add.addHelpText('after', ADD_EXAMPLES);
  add.action(async (name: string, flags: ContextAddFlags) => {
    const {runContextAdd} = await import('./context-add-run.ts');
    await runContextAdd(name, flags, context);
  });

  const rm = parent
    .command('rm')
    .description('Remove a context from the configuration of the user.')
    .argument('<name>', 'a name from "ratectl context ls"');
  addOutputOptions(rm, ['table', 'json']);
  rm.addHelpText('after', RM_EXAMPLES);
  rm.action(async (name: string, flags: OutputFlags) => {
    const {runContextRm} = await import('./context-rm-run.ts');
    await runContextRm(name, flags, context);
  });
};
