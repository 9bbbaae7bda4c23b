import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags, wholeNumber} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface AuditFlags extends OutputFlags, StoreFlags {
  readonly since: string;
  readonly limit: number;
  readonly failEmpty?: boolean;
}

const EXAMPLES = `
Examples:
  # who changed what in the last hour?
  ratectl audit --since 1h

  ratectl audit --limit 1000 --json
`;

export const registerAudit = (program: Command, context: CliContext): void => {
  const command = program
    .command('audit')
    .description('List who reset or overrode what, when and why; the newest first.')
    .option('--since <duration>', 'how far back', '7d')
    .addOption(
      new Option('--limit <n>', 'at most so many entries').default(50).argParser(wholeNumber(1, 10_000)),
    )
    .option('--fail-empty', 'exit 7 when there is none');
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json', 'jsonl', 'csv']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: AuditFlags) => {
    const {runAudit} = await import('./audit-run.ts');
    await runAudit(flags, context);
  });
};
