import {type Command, Option} from 'commander';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface OverrideLsFlags extends OutputFlags, StoreFlags {
  readonly failEmpty?: boolean;
}

export interface OverrideRmFlags extends OutputFlags, StoreFlags, ConfirmFlags {
  readonly jsonKey?: boolean;
  readonly reason?: string;
  readonly failEmpty?: boolean;
}

/** Parameters of a bucket, as flags; by their names in policies. */
export interface OverrideSetFlags extends OverrideRmFlags {
  readonly block?: boolean;
  readonly exempt?: boolean;
  readonly algorithm?: string;
  readonly rate?: string;
  readonly burst?: string;
  readonly initial?: string;
  readonly limit?: string;
  readonly window?: string;
  readonly delay?: string;
  readonly nodelay?: boolean;
  readonly max?: string;
  /** `timeout` in policies; that word is the store's here. */
  readonly lease?: string;
  readonly for?: string;
  readonly until?: string;
}

const SET_EXAMPLES = `
Examples:
  # ten times the rate for one tenant, for an hour; the rest as in the policy
  ratectl override set per-tenant/acme --rate 1000/s --for 1h --reason "sale"

  # refuse one address until tomorrow
  ratectl override set per-ip/203.0.113.7 --block --for 1d --reason "scraper"

  # no limit at all, until it is removed
  ratectl override set per-ip/192.0.2.1 --exempt --reason "our own probe"
`;

const RM_EXAMPLES = `
Examples:
  ratectl override rm per-tenant/acme --reason "sale is over"
`;

const LS_EXAMPLES = `
Examples:
  ratectl override ls

  ratectl override ls --json
`;

const JSON_KEY = 'LIMIT/KEY is a JSON string, for keys no shell can type';
const GROUP = 'What holds for the key:';

export const registerOverride = (program: Command, context: CliContext): void => {
  const override = program
    .command('override')
    .description('Raise, lower, block or exempt single keys for a time, without touching the policy.');
  registerSet(override, context);
  registerRm(override, context);
  registerLs(override, context);
};

const registerSet = (override: Command, context: CliContext): void => {
  const command = override
    .command('set')
    .description('Set what holds for one key; running applications follow within a second.')
    .argument('<selector>', 'LIMIT/KEY: every character as it is')
    .requiredOption('--reason <text>', 'why; for "override ls" and the audit journal')
    .option('--json-key', JSON_KEY);
  const parameters = [
    new Option('--block', 'refuse every request').conflicts('exempt'),
    new Option('--exempt', 'no limit'),
    new Option('--rate <rate>', 'units per time, such as 100/s'),
    new Option('--burst <n>', 'units that may pass at once'),
    new Option('--initial <n>', 'tokens of a key seen for the first time'),
    new Option('--limit <n>', 'units per window'),
    new Option('--window <duration>', 'length of the window'),
    new Option('--delay <n>', 'requests of the burst that pass without waiting'),
    new Option('--nodelay', 'the whole burst passes without waiting'),
    new Option('--max <n>', 'requests at the same time'),
    new Option('--lease <duration>', 'time after which a request that never ended frees its slot'),
    new Option('--algorithm <name>', 'another algorithm than that of the limit'),
    new Option('--for <duration>', 'how long, such as 30m or 7d (default: until it is removed)').conflicts(
      'until',
    ),
    new Option('--until <time>', 'until when, RFC 3339'),
  ];
  for (const option of parameters) command.addOption(option.helpGroup(GROUP));
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', SET_EXAMPLES);
  command.action(async (selector: string, flags: OverrideSetFlags) => {
    const {runOverrideSet} = await import('./override-set-run.ts');
    await runOverrideSet(selector, flags, context);
  });
};

const registerRm = (override: Command, context: CliContext): void => {
  const command = override
    .command('rm')
    .description('Take away what was set for one key: the policy holds again.')
    .argument('<selector>', 'LIMIT/KEY: every character as it is')
    .option('--reason <text>', 'why; for the audit journal')
    .option('--json-key', JSON_KEY)
    .option('--fail-empty', 'exit 7 when there is no override for the key');
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', RM_EXAMPLES);
  command.action(async (selector: string, flags: OverrideRmFlags) => {
    const {runOverrideRm} = await import('./override-rm-run.ts');
    await runOverrideRm(selector, flags, context);
  });
};

const registerLs = (override: Command, context: CliContext): void => {
  const command = override
    .command('ls')
    .description('List the overrides that hold now: what, who, why, until when.')
    .option('--fail-empty', 'exit 7 when there is none');
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json', 'jsonl']);
  command.addHelpText('after', LS_EXAMPLES);
  command.action(async (flags: OverrideLsFlags) => {
    const {runOverrideLs} = await import('./override-ls-run.ts');
    await runOverrideLs(flags, context);
  });
};
