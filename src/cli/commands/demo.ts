import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

const EXAMPLES = `
Examples:
  # a replay, then the live commands on a temporary store that is removed at the
  # end; no other store, configuration or RATECTL_ variable is used
  ratectl demo

  # the replay alone, as a pull request would show it (json, jsonl and csv, too)
  ratectl demo --output md
`;

export const registerDemo = (program: Command, context: CliContext): void => {
  const command = program
    .command('demo')
    .description('Show the screens with example traffic and a store of its own: no server, no set-up.');
  addOutputOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: OutputFlags) => {
    const {runDemo} = await import('./demo-run.ts');
    await runDemo(flags, context);
  });
};
