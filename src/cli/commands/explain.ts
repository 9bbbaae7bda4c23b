import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, collect, type OutputFlags, wholeNumber} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';
import {addTimeOptions, type TimeFlags} from '../options/times.ts';

export interface ExplainFlags extends OutputFlags, StoreFlags, TimeFlags {
  readonly key?: boolean;
  readonly jsonKey?: boolean;
  readonly tier?: string;
  readonly cost: number;
  readonly attributes?: readonly string[];
}

const EXAMPLES = `
Examples:
  # why is this address limited, and when does it lift?
  ratectl explain per-ip/203.0.113.7

  # a key in whatever limit has state for it
  ratectl explain acme

  # what would a request of cost 5 get?
  ratectl explain per-tenant/acme --cost 5

  # which limits does this request meet, and which denies it?
  ratectl explain --attributes ip=203.0.113.7,path=/api,tenant=acme
`;

export const registerExplain = (program: Command, context: CliContext): Command => {
  const command = program
    .command('explain')
    .description('Show the arithmetic behind a key: its state, the next answer and why. Changes nothing.')
    .argument('[key]', 'LIMIT/KEY; or a KEY without "/", of whatever limit')
    .addOption(
      new Option('--key', 'the argument is a key of whatever limit, "/" included').helpGroup('Keys:'),
    )
    .addOption(
      new Option('--json-key', 'the argument is a JSON string: for keys that no shell can type').helpGroup(
        'Keys:',
      ),
    )
    .addOption(new Option('--tier <name>', 'only this tier').helpGroup('Keys:'))
    .addOption(
      new Option('--attributes <list>', 'a request instead of a key: ip=…,path=… (repeatable)')
        .argParser(collect)
        .helpGroup('Keys:'),
    )
    .addOption(
      new Option('--cost <units>', 'what the next request weighs; 0 peeks')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .default(1),
    );
  addTimeOptions(command);
  addOutputOptions(command, ['table', 'json', 'md']);
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (key: string | undefined, flags: ExplainFlags) => {
    const {runExplain} = await import('./explain-run.ts');
    await runExplain(key, flags, context);
  });
  return command;
};
