import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

export interface InitFlags extends OutputFlags {
  readonly preset?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly list?: boolean;
}

const EXAMPLES = `
Examples:
  # a policy to start from
  ratectl init

  # which ones are there?
  ratectl init --list

  # one of them, elsewhere
  ratectl init --preset gateway --out gateway.yaml
`;

export const registerInit = (program: Command, context: CliContext): void => {
  const command = program
    .command('init')
    .description('Write a policy to start from.')
    .option('--preset <name>', 'which one (default: per-ip; --list shows all)')
    .option('--out <file>', 'where to; "-" is standard output', 'ratectl.yaml')
    .option('--force', 'replace the file when it exists')
    .option('--list', 'list the presets, write nothing');
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: InitFlags) => {
    const {runInit} = await import('./init-run.ts');
    await runInit(flags, context);
  });
};
