import {type Command, Option} from 'commander';
import {RatectlError} from '../../base/ratectl-error.ts';
import {parseJsonSelector, parseSelector, type Selector, type SelectorKind} from '../../operate/selector.ts';

export interface SelectorFlags {
  readonly prefix?: boolean;
  readonly match?: boolean;
  readonly all?: boolean;
  readonly jsonKey?: boolean;
}

const GROUP = 'Keys:';

/** Adds the flags that say how the argument `[selector]` selects: one key when none is given. */
export const addSelectorOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--prefix', 'all keys of a limit that begin so: LIMIT/PREFIX')
        .conflicts(['match', 'all'])
        .helpGroup(GROUP),
    )
    .addOption(
      new Option('--match', 'limits and keys by glob: * any run, ? one character')
        .conflicts(['all'])
        .helpGroup(GROUP),
    )
    .addOption(new Option('--all', 'every key of every limit').helpGroup(GROUP))
    .addOption(
      new Option('--json-key', 'the selector is a JSON string: for keys that no shell can type').helpGroup(
        GROUP,
      ),
    );

/** What argument and flags select; undefined: nothing is named. */
export const selectorOf = (argument: string | undefined, flags: SelectorFlags): Selector | undefined => {
  const kind: SelectorKind =
    flags.all === true ? 'all' : flags.prefix === true ? 'prefix' : flags.match === true ? 'glob' : 'exact';
  if (argument === undefined) {
    if (kind === 'all') return {kind};
    if (kind === 'exact') return undefined;
    const [flag, form] = kind === 'prefix' ? ['--prefix', 'LIMIT/PREFIX'] : ['--match', 'LIMIT/KEY'];
    throw new RatectlError(`${flag} without a selector, expected ${form}`, {
      code: 'selector/missing',
      hint: `for every key of every limit: --all`,
    });
  }
  const parse = flags.jsonKey === true && kind !== 'all' ? parseJsonSelector : parseSelector;
  return parse(argument, {kind});
};
