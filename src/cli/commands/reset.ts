import {type Command, Option} from 'commander';
import {addConfirmOptions, type ConfirmFlags} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addSelectorOptions, type SelectorFlags} from '../options/selector.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface ResetFlags extends OutputFlags, SelectorFlags, StoreFlags, ConfirmFlags {
  readonly reason?: string;
  readonly receipt?: string;
  readonly planOut?: string;
  readonly plan?: string;
  readonly undo?: string;
  readonly force?: boolean;
  readonly otherStore?: boolean;
  readonly breaker?: string;
  readonly queue?: string;
  readonly dead?: boolean;
  readonly pool?: string;
  readonly failEmpty?: boolean;
}

const EXAMPLES = `
Examples:
  # lift the limit of one key; asks first
  ratectl reset per-ip/203.0.113.7 --reason "customer call"

  # what would be reset? changes nothing
  ratectl reset --prefix per-tenant/acme: --dry-run

  # in a script
  ratectl reset --match 'per-ip/198.51.100.*' --yes --reason "bad deploy"

  # exactly what was looked at, or nothing
  ratectl reset --prefix per-ip/ --plan-out plan.jsonl
  ratectl reset --plan plan.jsonl --yes --reason "bad deploy"

  # close a circuit breaker; take the dead items out of a queue
  ratectl reset --breaker token:google --reason "provider is back"
  ratectl reset --queue calls --dead --reason "sent by hand"

  # free the slots of a pool whose holders are dead, before their leases end
  ratectl reset --pool api --reason "the node is gone"

  # bring it back
  ratectl reset --undo .ratectl/receipts/reset-20260105T120000Z.jsonl
`;

/** Flags that are about keys. */
const OF_KEYS = ['prefix', 'match', 'all', 'jsonKey', 'plan', 'planOut', 'force', 'otherStore'];

export const registerReset = (program: Command, context: CliContext): void => {
  const command = program
    .command('reset')
    .description(
      'Make keys as if they were never seen; or close a breaker, empty a queue, free a pool. Writes a receipt that brings keys and items back.',
    )
    .argument('[selector]', 'LIMIT/KEY: one key, every character as it is');
  addSelectorOptions(command);
  command
    .option('--reason <text>', 'why; for the receipt and the audit journal')
    .option('--receipt <file>', 'where the receipt goes (default: a new file in .ratectl/receipts)')
    .addOption(
      new Option('--plan-out <file>', 'write what would be reset, and change nothing').conflicts([
        'plan',
        'undo',
      ]),
    )
    .addOption(
      new Option('--plan <file>', 'reset what a plan says, if nothing changed since').conflicts(['undo']),
    )
    .option('--undo <file>', 'bring back what a receipt says was there')
    .option('--force', 'with --undo: also keys that were used since')
    .option('--other-store', 'with --plan, --undo: the file may be of another store')
    .addOption(
      new Option('--breaker <name>', 'close this circuit breaker').conflicts([
        ...OF_KEYS,
        'undo',
        'queue',
        'pool',
        'receipt',
      ]),
    )
    .addOption(
      new Option(
        '--queue <name>',
        'take out what waits in this queue; workers keep what they have',
      ).conflicts([...OF_KEYS, 'undo']),
    )
    .option('--dead', 'with --queue: its dead items')
    .addOption(
      new Option('--pool <name>', 'free the slots of this pool, when their holders are dead').conflicts([
        ...OF_KEYS,
        'undo',
        'queue',
        'dead',
        'receipt',
      ]),
    )
    .option('--fail-empty', 'exit 7 when there is nothing to reset');
  addConfirmOptions(command);
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (selector: string | undefined, flags: ResetFlags) => {
    const {breaker, queue, pool, dead} = flags;
    if (breaker !== undefined || queue !== undefined || pool !== undefined || dead === true) {
      const {runOtherReset} = await import('./reset-other.ts');
      await runOtherReset(selector, flags, context);
      return;
    }
    const {runReset} = await import('./reset-run.ts');
    await runReset(selector, flags, context);
  });
};
