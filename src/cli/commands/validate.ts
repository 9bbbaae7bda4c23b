import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

const EXAMPLES = `
Examples:
  # check ratectl.yaml in this folder
  ratectl validate

  # check several, for a program to read
  ratectl validate policies/*.yaml --json
`;

export const registerValidate = (program: Command, context: CliContext): void => {
  const command = program
    .command('validate')
    .description('Check policy files and say everything that is wrong with them (exit 2).')
    .argument('[file...]', 'policy files (default: ratectl.yaml)');
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (files: string[], flags: OutputFlags) => {
    const {runValidate} = await import('./validate-run.ts');
    await runValidate(files.length > 0 ? files : ['ratectl.yaml'], flags, context);
  });
};
