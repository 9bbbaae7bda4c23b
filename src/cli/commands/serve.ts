import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface ServeFlags extends StoreFlags {
  readonly tokenManager?: boolean;
  readonly checkEvery: string;
  /** `--no-lead`: false. */
  readonly lead: boolean;
  readonly logFormat: 'text' | 'json';
  readonly events?: 'text' | 'jsonl';
}

const EXAMPLES = `
Examples:
  # refreshes the tokens of the policy until it is told to end
  ratectl serve --token-manager --policy ratectl.yaml

  # for a log collector
  ratectl serve --token-manager --log-format json 2>> tokens.jsonl
`;

export const registerServe = (program: Command, context: CliContext): void => {
  const command = program
    .command('serve')
    .description('Run in the foreground until SIGTERM or Ctrl-C: keep the tokens of a policy fresh.')
    .option('--token-manager', 'refresh tokens before they expire, one process at a time for all')
    .option('--check-every <duration>', 'how often tokens are looked at when nothing is due', '1m')
    .option('--no-lead', 'stand by: never refresh, even if nobody else does')
    .addOption(
      new Option('--log-format <form>', 'how events are written to standard error')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--events <form>', 'the same: jsonl is --log-format json').choices(['text', 'jsonl']),
    );
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: ServeFlags) => {
    const {runServe} = await import('./serve-run.ts');
    await runServe(flags, context);
  });
};
