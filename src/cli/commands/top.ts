import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addKeyOptions, type KeyFlags} from '../options/keys.ts';
import type {OutputFlags} from '../options/output.ts';
import {addSelectorOptions, type SelectorFlags} from '../options/selector.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';
import {addTimeOptions, type TimeFlags} from '../options/times.ts';

export interface TopFlags
  extends SelectorFlags,
    KeyFlags,
    StoreFlags,
    TimeFlags,
    Pick<OutputFlags, 'color' | 'ascii'> {
  readonly interval?: string;
  readonly screenReader?: boolean;
}

const EXAMPLES = `
Examples:
  # who is limited now, and what else is going on?
  ratectl top

  # all keys of a limit, the most refused first
  ratectl top --prefix per-ip/ --sort denied

  # another store, looked at every 5 s
  ratectl top --context staging --interval 5s
`;

export const registerTop = (program: Command, context: CliContext): void => {
  const command = program
    .command('top')
    .description(
      'Watch live state on the whole terminal: keys, limits, tokens, breakers, queues, pools, load, instances, events. "?" shows its keys.',
    )
    .argument('[selector]', 'one key as LIMIT/KEY (default: the keys refused or near lately)');
  addSelectorOptions(command);
  addKeyOptions(command);
  addTimeOptions(command);
  command
    .addOption(
      new Option('--color <when>', 'colour: auto looks at the terminal and NO_COLOR')
        .choices(['auto', 'always', 'never'])
        .default('auto')
        .helpGroup('Output:'),
    )
    .addOption(new Option('--ascii', 'draw with ASCII characters only').helpGroup('Output:'))
    .addOption(new Option('--screen-reader', 'sentences instead of a screen').helpGroup('Output:'))
    .option('--interval <duration>', 'time between two looks, 250ms or more (default: 2s)');
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (selector: string | undefined, flags: TopFlags) => {
    const {runTop} = await import('./top-run.ts');
    await runTop(selector, flags, context);
  });
};
