import {type Command, Option} from 'commander';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface TokenKeygenFlags {
  readonly id?: string;
}

export interface TokenChangeFlags extends OutputFlags, StoreFlags, ConfirmFlags {
  readonly reason?: string;
  readonly failEmpty?: boolean;
}

export interface TokenLsFlags extends OutputFlags, StoreFlags {
  readonly failEmpty?: boolean;
}

export interface TokenRekeyFlags extends OutputFlags, StoreFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const KEYGEN_EXAMPLES = `
Examples:
  # the first key
  (umask 077; ratectl token keygen > vault.keys)
  export RATECTL_VAULT_KEY_FILE="$PWD/vault.keys"

  # a newer one: on top it seals, the older ones below still open
  ratectl token keygen --id 2027 | cat - vault.keys > vault.new
`;

const PUT_EXAMPLES = `
Examples:
  # what the token endpoint answered when a person authorised
  ratectl token put google < answer.json

  # a refresh token alone, from a password manager
  pass google/refresh-token | ratectl token put google

  # in place of the one that is there
  ratectl token put google --yes --reason "authorised anew" < answer.json
`;

const RM_EXAMPLES = `
Examples:
  ratectl token rm google --reason "account was closed"
`;

const LS_EXAMPLES = `
Examples:
  ratectl token ls

  ratectl token ls --json
`;

const REKEY_EXAMPLES = `
Examples:
  # which tokens does an older key still seal?
  ratectl token rekey --all --dry-run

  ratectl token rekey --all
`;

export const registerToken = (program: Command, context: CliContext): void => {
  const token = program
    .command('token')
    .description('Put the tokens of OAuth providers in, list them, and change the key that seals them.');
  registerKeygen(token, context);
  registerPut(token, context);
  registerRm(token, context);
  registerLs(token, context);
  registerRekey(token, context);
};

const registerKeygen = (token: Command, context: CliContext): void => {
  token
    .command('keygen')
    .description(
      'Make a key that tokens are encrypted with. Prints one line for a key ring, and keeps nothing.',
    )
    .option('--id <id>', 'what it is called, at most 32 of A-Z a-z 0-9 - _ (default: the date)')
    .addHelpText('after', KEYGEN_EXAMPLES)
    .action(async (flags: TokenKeygenFlags) => {
      const {runTokenKeygen} = await import('./token-keygen-run.ts');
      await runTokenKeygen(flags, context);
    });
};

const registerPut = (token: Command, context: CliContext): void => {
  const command = token
    .command('put')
    .description('Store the first token of a provider, or another one, as standard input gives it.')
    .argument('<provider>', 'name of a provider in the section "tokens" of the policy')
    .option('--reason <text>', 'why; for the audit journal');
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', PUT_EXAMPLES);
  command.action(async (provider: string, flags: TokenChangeFlags) => {
    const {runTokenPut} = await import('./token-put-run.ts');
    await runTokenPut(provider, flags, context);
  });
};

const registerRm = (token: Command, context: CliContext): void => {
  const command = token
    .command('rm')
    .description('Remove the token of a provider from the store. What was attempted still counts.')
    .argument('<provider>', 'name of a provider of the policy, or of a token in the store')
    .option('--reason <text>', 'why; for the audit journal')
    .option('--fail-empty', 'exit 7 when there is no token');
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', RM_EXAMPLES);
  command.action(async (provider: string, flags: TokenChangeFlags) => {
    const {runTokenRm} = await import('./token-rm-run.ts');
    await runTokenRm(provider, flags, context);
  });
};

const registerLs = (token: Command, context: CliContext): void => {
  const command = token
    .command('ls')
    .description('List the tokens: how they are, when the next refresh is due and allowed. Shows no secret.')
    .option('--fail-empty', 'exit 7 when there is none');
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json', 'jsonl']);
  command.addHelpText('after', LS_EXAMPLES);
  command.action(async (flags: TokenLsFlags) => {
    const {runTokenLs} = await import('./token-ls-run.ts');
    await runTokenLs(flags, context);
  });
};

const registerRekey = (token: Command, context: CliContext): void => {
  const command = token
    .command('rekey')
    .description('Encrypt tokens with the first key of the ring that an older one encrypted.')
    .argument('[provider]', 'name of a provider of the policy, or of a token in the store')
    .option('--all', 'every token of the store')
    .addOption(new Option('-n, --dry-run', 'say what would be done, and change nothing'));
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', REKEY_EXAMPLES);
  command.action(async (provider: string | undefined, flags: TokenRekeyFlags) => {
    const {runTokenRekey} = await import('./token-rekey-run.ts');
    await runTokenRekey(provider, flags, context);
  });
};
