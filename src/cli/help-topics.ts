import type {Command} from 'commander';

export interface HelpTopic {
  readonly name: string;
  /** For the list in `ratectl --help`. */
  readonly summary: string;
  /** 80 columns, ends with a line end. Loaded when it is asked for. */
  readonly text: () => Promise<string>;
}

export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    name: 'traces',
    summary: 'formats, attributes, --map, time, bad lines',
    text: async () => (await import('./help-topics/traces.ts')).traces,
  },
  {
    name: 'policies',
    summary: 'the policy file in short',
    text: async () => (await import('./help-topics/policies.ts')).policies,
  },
  {
    name: 'thresholds',
    summary: 'expressions that decide the exit code',
    text: async () => (await import('./help-topics/thresholds.ts')).thresholds,
  },
  {
    name: 'stores',
    summary: 'store URLs, users and passwords, TLS',
    text: async () => (await import('./help-topics/stores.ts')).stores,
  },
  {
    name: 'configuration',
    summary: 'files, contexts, what comes before what',
    text: async () => (await import('./help-topics/configuration.ts')).configuration,
  },
  {
    name: 'output',
    summary: 'streams, formats, the JSON envelope',
    text: async () => (await import('./help-topics/output.ts')).output,
  },
  {
    name: 'exit-codes',
    summary: 'what each exit code means',
    text: async () => (await import('./help-topics/exit-codes.ts')).exitCodes,
  },
  {
    name: 'environment',
    summary: 'environment variables',
    text: async () => (await import('./help-topics/environment.ts')).environment,
  },
];

const topicList = (): string => {
  const width = Math.max(...HELP_TOPICS.map(({name}) => name.length));
  const lines = HELP_TOPICS.map(({name, summary}) => `  ${name.padEnd(width)}  ${summary}`);
  return `\nHelp topics (ratectl help <topic>):\n${lines.join('\n')}\n`;
};

const subcommand = (command: Command, name: string): Command | undefined =>
  command.commands.find((child) => child.name() === name || child.aliases().includes(name));

/** `ratectl help trace info`, `ratectl help exit-codes`, `ratectl help`. */
const showHelp = async (program: Command, words: readonly string[]): Promise<void> => {
  const [first = ''] = words;
  const topic = words.length === 1 ? HELP_TOPICS.find(({name}) => name === first) : undefined;
  if (topic !== undefined) {
    program.configureOutput().writeOut?.(await topic.text());
    return;
  }
  let command = program;
  for (const word of words) {
    const below = subcommand(command, word);
    if (below === undefined) {
      const [{RatectlError}, {quoted}, {didYouMean}] = await Promise.all([
        import('../base/ratectl-error.ts'),
        import('../base/safe-text.ts'),
        import('../base/suggest.ts'),
      ]);
      const known = [
        ...command
          .createHelp()
          .visibleCommands(command)
          .map((child) => child.name()),
        ...(command === program ? HELP_TOPICS.map(({name}) => name) : []),
      ];
      throw new RatectlError(
        `no command or help topic ${quoted(words.join(' '))}${didYouMean(word, known)}`,
        {
          code: 'usage/help',
          hint:
            known.length === 0
              ? `see: ratectl help ${words.slice(0, words.indexOf(word)).join(' ')}`
              : `there are: ${known.join(', ')}`,
        },
      );
    }
    command = below;
  }
  command.outputHelp();
};

/**
 * Adds `ratectl help [topic...]` and the list of topics. A command of our own takes the place of commander's, which knows
 * neither topics nor commands two levels down.
 */
export const addHelpTopics = (program: Command): void => {
  program.helpCommand(false);
  for (const child of program.commands) if (child.commands.length > 0) child.helpCommand(false);
  program
    .command('help')
    .summary('Show help for a command, or one of the help topics.')
    .description('Show help for a command, or one of the help topics.')
    .argument('[topic...]', 'a command such as "trace info", or a topic')
    .addHelpText('after', topicList())
    .action((words: string[]) => showHelp(program, words));
  program.addHelpText('after', topicList());
};
