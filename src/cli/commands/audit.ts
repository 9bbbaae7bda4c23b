import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags, wholeNumber} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface AuditFlags extends OutputFlags, StoreFlags {
  readonly since: string;
  readonly limit: number;
  readonly action?: string;
  readonly target?: string;
  readonly failEmpty?: boolean;
}

const EXAMPLES = `
Examples:
  # who changed what in the last hour?
  ratectl audit --since 1h

  # every refresh of a token, and what came of it
  ratectl audit --action token-refresh --target google -o wide

  ratectl audit --limit 0 --json
`;

export const registerAudit = (program: Command, context: CliContext): void => {
  const command = program
    .command('audit')
    .description('List who changed what, when and why, and what came of it; the newest first.')
    .option('--since <duration>', 'how far back', '7d')
    .addOption(
      new Option('--limit <n>', 'at most so many entries; 0: all')
        .default(50)
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    )
    .option('--action <name>', 'only these: reset, override, token, breaker-reset, …')
    .option('--target <text>', 'only what was done to a target that contains this')
    .option('--fail-empty', 'exit 7 when there is none');
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'wide', 'json', 'jsonl', 'csv']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: AuditFlags) => {
    const {runAudit} = await import('./audit-run.ts');
    await runAudit(flags, context);
  });
};
