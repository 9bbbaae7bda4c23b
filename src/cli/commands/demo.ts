import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

export interface DemoFlags extends OutputFlags {
  readonly tour?: boolean;
  readonly keep?: boolean;
}

const EXAMPLES = `
A small service with a noisy neighbour, an upstream that
comes and goes, tokens that expire and a queue runs on a
temporary store. Without a terminal: the tour.

Examples:
  # the dashboard on the service; "?" shows its keys, "q" leaves
  ratectl demo

  # every command with its answer, some seconds; the store stays
  ratectl demo --tour --keep

  # a replay alone, as a pull request would show it (json, jsonl and csv, too)
  ratectl demo --output md
`;

export const registerDemo = (program: Command, context: CliContext): void => {
  const command = program
    .command('demo')
    .description(
      'Show the dashboard and the commands on a service made up for it: no server, no set-up, and no store of yours.',
    )
    .option('--tour', 'the commands one after the other, instead of the dashboard')
    .option('--keep', 'leave the store behind, to look at it afterwards');
  addOutputOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: DemoFlags) => {
    const {runDemo} = await import('./demo-run.ts');
    await runDemo(flags, context);
  });
};
