import {type Command, Option} from 'commander';
import {STATUS_SORTS, type StatusSort} from '../../operate/status/status-order.ts';
import {wholeNumber} from './output.ts';

/** Which of the selected keys are shown, and in which order. */
export interface KeyFlags {
  readonly filter?: string;
  readonly state?: string;
  readonly sort?: StatusSort;
  readonly reverse?: boolean;
  readonly maxKeys?: number;
}

export const addKeyOptions = (command: Command): Command =>
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
