import type {Command} from 'commander';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface MigrateFlags extends OutputFlags, StoreFlags, ConfirmFlags {
  readonly reason?: string;
}

const EXAMPLES = `
Examples:
  # is there anything to do for this version of ratectl?
  ratectl migrate --context prod --dry-run

  # before a deployment, as the role that owns the schema
  ratectl migrate --store postgres://owner@db/shop --yes --reason "version 0.2"
`;

export const registerMigrate = (program: Command, context: CliContext): void => {
  const command = program
    .command('migrate')
    .description('Bring the tables of the store to the version that this ratectl needs, or make them.')
    .option('--reason <text>', 'why; for the audit journal');
  addConfirmOptions(command, 'yes, or the name of the context');
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: MigrateFlags) => {
    const {runMigrate} = await import('./migrate-run.ts');
    await runMigrate(flags, context);
  });
};
