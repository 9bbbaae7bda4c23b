import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addKeyOptions, type KeyFlags} from '../options/keys.ts';
import {addOutputOptions, type OutputFlags, wholeNumber} from '../options/output.ts';
import {addSelectorOptions, type SelectorFlags} from '../options/selector.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';
import {addTimeOptions, type TimeFlags} from '../options/times.ts';

/** What --fail-on asks for. */
export const STATUS_CONDITIONS = ['limited', 'near', 'open', 'token', 'queue', 'pool', 'degraded'] as const;
export type StatusCondition = (typeof STATUS_CONDITIONS)[number];

export interface StatusFlags extends OutputFlags, StoreFlags, SelectorFlags, KeyFlags, TimeFlags {
  readonly limit?: number;
  readonly fields?: string;
  readonly failOn?: StatusCondition;
  readonly failEmpty?: boolean;
  readonly watch?: boolean;
  readonly interval?: string;
}

const EXAMPLES = `
Examples:
  # who is limited now, and when does it lift?
  ratectl status

  # one key
  ratectl status per-ip/203.0.113.7

  # the ten most refused keys of a limit
  ratectl status --prefix per-ip/ --sort denied --limit 10

  # every key, one JSON line each, however many there are
  ratectl status --all -o jsonl

  # exit 5 when anybody is limited
  ratectl status --fail-on limited --quiet

  # exit 5 when a token needs somebody: re-consent, expired, suspect, no budget
  ratectl status --fail-on token --quiet

  # what changes, as JSON lines
  ratectl status --watch -o jsonl
`;

export const registerStatus = (program: Command, context: CliContext): Command => {
  const command = program
    .command('status')
    .description(
      'Say who is limited or close to it now, and when it lifts; how tokens, breakers, queues and pools stand. Changes nothing.',
    )
    .argument('[selector]', 'one key as LIMIT/KEY (default: the keys refused or near lately)');
  addSelectorOptions(command);
  addKeyOptions(command)
    .addOption(
      new Option('--limit <count>', 'show so many; 0: all (default: 20, JSON, CSV and Markdown 1000)')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .helpGroup('Output:'),
    )
    .addOption(
      new Option('--fields <list>', 'these facts: key,remaining,… (an unknown one lists them all)').helpGroup(
        'Output:',
      ),
    );
  addTimeOptions(command);
  addOutputOptions(command);
  command
    .addOption(
      new Option(
        '--fail-on <state>',
        'exit 5 when a key is limited, or near (or worse), a breaker open, a token in need of somebody, items of a queue dead, a pool full with some waiting, or the mode not normal',
      ).choices([...STATUS_CONDITIONS]),
    )
    .option('--fail-empty', 'exit 7 when no key matches')
    .option('-w, --watch', 'on a terminal the dashboard; else changes as JSON lines')
    .option('--interval <duration>', 'with --watch: time between two looks, 250ms or more (default: 2s)');
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (selector: string | undefined, flags: StatusFlags) => {
    const {runStatus} = await import('./status-run.ts');
    await runStatus(selector, flags, context);
  });
  return command;
};
