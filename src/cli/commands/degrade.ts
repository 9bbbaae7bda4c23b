import {Argument, type Command, Option} from 'commander';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';
import {addTimeOptions, type TimeFlags} from '../options/times.ts';

export const SETTABLE_MODES = ['normal', 'shed-low', 'essential-only', 'closed'] as const;
export type SettableMode = (typeof SETTABLE_MODES)[number];

export interface DegradeStatusFlags extends OutputFlags, StoreFlags, TimeFlags {}

export interface DegradeClearFlags extends OutputFlags, StoreFlags, TimeFlags, ConfirmFlags {
  readonly reason?: string;
  readonly failEmpty?: boolean;
}

export interface DegradeSetFlags extends DegradeClearFlags {
  readonly for?: string;
  readonly until?: string;
}

const STATUS_EXAMPLES = `
Examples:
  # which priority classes are served now, why, and when that changes
  ratectl degrade

  ratectl degrade --json
`;

const SET_EXAMPLES = `
Examples:
  # refuse the least important class for half an hour, whatever the load is
  ratectl degrade set shed-low --for 30m --reason "database failover"

  # refuse everything until it is cleared; asks first
  ratectl degrade set closed --reason "data is being repaired"

  # serve everybody, whatever the load is
  ratectl degrade set normal --for 1h --reason "the signal is wrong"
`;

const CLEAR_EXAMPLES = `
Examples:
  ratectl degrade clear --reason "failover is over"
`;

export const registerDegrade = (program: Command, context: CliContext): void => {
  const degrade = program
    .command('degrade')
    .description(
      'Say which priority classes are served under load (the same as "degrade status"), or set that for a time.',
    );
  registerStatus(degrade, context);
  registerSet(degrade, context);
  registerClear(degrade, context);
};

const registerStatus = (degrade: Command, context: CliContext): void => {
  const command = degrade
    .command('status', {isDefault: true})
    .description('Say which mode holds, why, and how each process is doing. Changes nothing.');
  addTimeOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', STATUS_EXAMPLES);
  // What is no subcommand comes here, as arguments of the default one.
  command.allowExcessArguments();
  command.action(async (flags: DegradeStatusFlags, {args}: Command) => {
    if (args.length > 0) throw unknownWord(args[0]!);
    const {runDegradeStatus} = await import('./degrade-status-run.ts');
    await runDegradeStatus(flags, context);
  });
};

const unknownWord = (word: string): RatectlError =>
  new RatectlError(`unknown subcommand ${quoted(word)}${didYouMean(word, ['status', 'set', 'clear'])}`, {
    code: 'usage/degrade',
    hint: (SETTABLE_MODES as readonly string[]).includes(word)
      ? `to set that mode: ratectl degrade set ${word} --reason TEXT`
      : 'ratectl degrade shows the mode; set MODE and clear change it',
  });

const registerSet = (degrade: Command, context: CliContext): void => {
  const command = degrade
    .command('set')
    .description('Set the mode, whatever the load is; running applications follow within a second.')
    .addArgument(
      new Argument('<mode>', 'who is refused, from nobody to everybody').choices([...SETTABLE_MODES]),
    )
    .requiredOption('--reason <text>', 'why; for "degrade" and the audit journal')
    .addOption(
      new Option('--for <duration>', 'how long, such as 30m or 2h (default: until it is cleared)').conflicts(
        'until',
      ),
    )
    .addOption(new Option('--until <time>', 'until when, RFC 3339'));
  addConfirmOptions(command, 'the mode "closed", or the name of the context');
  addTimeOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', SET_EXAMPLES);
  command.action(async (mode: SettableMode, flags: DegradeSetFlags) => {
    const {runDegradeSet} = await import('./degrade-run.ts');
    await runDegradeSet(mode, flags, context);
  });
};

const registerClear = (degrade: Command, context: CliContext): void => {
  const command = degrade
    .command('clear')
    .description('Give the mode back to the rule of the policy.')
    .requiredOption('--reason <text>', 'why; for the audit journal')
    .option('--fail-empty', 'exit 7 when no mode is set by hand');
  addConfirmOptions(command, 'the name of the context');
  addTimeOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', CLEAR_EXAMPLES);
  command.action(async (flags: DegradeClearFlags) => {
    const {runDegradeClear} = await import('./degrade-run.ts');
    await runDegradeClear(flags, context);
  });
};
