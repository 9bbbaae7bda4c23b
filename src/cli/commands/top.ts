import {type Command, Option} from 'commander';
import {STATUS_SORTS, type StatusSort} from '../../operate/status/status-order.ts';
import type {CliContext} from '../context.ts';
import {type OutputFlags, wholeNumber} from '../options/output.ts';
import {addSelectorOptions, type SelectorFlags} from '../options/selector.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';
import {addTimeOptions, type TimeFlags} from '../options/times.ts';

export interface TopFlags extends SelectorFlags, StoreFlags, TimeFlags, Pick<OutputFlags, 'color' | 'ascii'> {
  readonly filter?: string;
  readonly state?: string;
  readonly sort?: StatusSort;
  readonly reverse?: boolean;
  readonly maxKeys?: number;
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
      'Watch live state on the whole terminal: keys, limits, tokens, breakers, queues, instances, events. "?" shows its keys.',
    )
    .argument('[selector]', 'one key as LIMIT/KEY (default: the keys refused or near lately)');
  addSelectorOptions(command);
  command
    .addOption(
      new Option('--filter <regex>', 'keys whose LIMIT/KEY matches; !REGEX: those that do not').helpGroup(
        'Keys:',
      ),
    )
    .addOption(
      new Option(
        '--state <list>',
        'only these: limited, near, shadow-limited, blocked, exempt, ok, unknown',
      ).helpGroup('Keys:'),
    )
    .addOption(
      new Option('--max-keys <count>', 'read at most so many')
        .argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER))
        .helpGroup('Keys:'),
    )
    .addOption(
      new Option('--sort <by>', 'used: the worst first; reset: what lifts first')
        .choices([...STATUS_SORTS])
        .helpGroup('Output:'),
    )
    .addOption(new Option('--reverse', 'the other way round').helpGroup('Output:'));
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
