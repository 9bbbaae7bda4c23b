import {type Command, InvalidArgumentError, Option} from 'commander';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface ForceRefreshFlags extends OutputFlags, StoreFlags, ConfirmFlags {
  readonly all?: boolean;
  readonly maxPerSecond: number;
  readonly ifExpiresWithin?: string;
  readonly wait: string;
  readonly emergency?: boolean;
  readonly reason?: string;
}

const EXAMPLES = `
Examples:
  # who would refresh, may they, and if not, when?
  ratectl force-refresh google --dry-run

  # now, under the same lock and budget as the applications
  ratectl force-refresh google --reason "new scope"

  # before a deployment: only what would expire during it
  ratectl force-refresh --all --if-expires-within 30m

  # 1 in 3m does not hold, 10 in 10m does; asks, and is recorded
  ratectl force-refresh google --emergency --reason "revoked by mistake"
`;

export const registerForceRefresh = (program: Command, context: CliContext): void => {
  const command = program
    .command('force-refresh')
    .description('Refresh the token of a provider once, in line with all applications, never beside them.')
    .argument('[provider]', 'name of a provider in the section "tokens" of the policy')
    .option('--all', 'every provider of the policy, one after the other')
    .addOption(
      new Option('--max-per-second <n>', 'with --all: at most so many a second, 0.01 to 100')
        .argParser(rate)
        .default(1),
    )
    .option('--if-expires-within <duration>', 'only a token that expires within it, such as 10m')
    .option('--wait <duration>', 'how long to wait for another process that is at it', '1m')
    .option(
      '--emergency',
      'also against backoff, breaker and the shorter windows of the budget; needs --reason',
    )
    .option('--reason <text>', 'why; for the audit journal');
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (provider: string | undefined, flags: ForceRefreshFlags) => {
    const {runForceRefresh} = await import('./force-refresh-run.ts');
    await runForceRefresh(provider, flags, context);
  });
};

const rate = (text: string): number => {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 0.01 || value > 100)
    throw new InvalidArgumentError('expected a number from 0.01 to 100.');
  return value;
};
