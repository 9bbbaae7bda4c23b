import {type Command, Option} from 'commander';

/** Which store, and how it is reached; the flags of every command that looks at live state. */
export interface StoreFlags {
  readonly store?: string;
  readonly context?: string;
  readonly policy?: string;
  readonly timeout?: string;
  readonly passwordStdin?: boolean;
  /** `--no-config`: false. */
  readonly config: boolean;
}

const GROUP = 'Store:';

/** Adds the flags that choose the store. What they leave open comes from the environment and the configuration. */
export const addStoreOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('-s, --store <url>', 'where the state is: sqlite:PATH, redis://…, postgres://…').helpGroup(
        GROUP,
      ),
    )
    .addOption(
      new Option('-c, --context <name>', 'a store by the name it has in the configuration').helpGroup(GROUP),
    )
    .addOption(
      new Option('-p, --policy <file>', 'the policy in force (default: as published in the store)').helpGroup(
        GROUP,
      ),
    )
    .addOption(new Option('--timeout <duration>', 'give up after (default: 5s)').helpGroup(GROUP))
    .addOption(new Option('--password-stdin', 'read the password from standard input').helpGroup(GROUP))
    .addOption(new Option('--no-config', 'read no configuration files').helpGroup(GROUP));
